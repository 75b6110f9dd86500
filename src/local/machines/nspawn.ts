import {existsSync} from 'node:fs'
import type {CgroupLayout} from './cgroups.js'
import type {MachinePaths} from './disk.js'

export interface NspawnRequest {
  /** Unique on the host: names the machine and its cgroup. */
  readonly machine: string
  readonly hostname: string
  readonly namespace: string
  readonly paths: MachinePaths
  readonly layout: CgroupLayout
  /** Devices of the host that the machine shares, where the host has them. */
  readonly devices?: readonly string[]
}

/**
 * /dev/kmsg is read by programs that watch for the kernel killing processes; /dev/fuse is what a file system in user
 * space needs; /dev/net/tun a VPN.
 */
const DEVICES = ['/dev/kmsg', '/dev/fuse', '/dev/net/tun']

/** The command that boots a machine and ends with it; with 133 if it wants to be started again (systemd-nspawn(1)). */
export function nspawnCommand(request: NspawnRequest): string[] {
  const {paths} = request
  const devices = (request.devices ?? DEVICES).filter(device => existsSync(device))
  const nspawn = [
    'systemd-nspawn',
    '--quiet',
    '--boot',
    // Machines are the region's: no machine manager is asked, and no file on the host changes how they start.
    '--register=no',
    '--keep-unit',
    '--settings=no',
    '--link-journal=no',
    '--timezone=off',
    '--resolv-conf=off',
    '--console=read-only',
    // As on real hardware, root inside may do everything to its own network, mounts and cgroups.
    '--capability=all',
    `--directory=${paths.root}`,
    `--machine=${request.machine}`,
    `--hostname=${request.hostname}`,
    `--network-namespace-path=/run/netns/${request.namespace}`,
    `--bind=${escapeBind(paths.varLib)}:/var/lib`,
    ...devices.map(device => `--bind=${device}`),
  ]
  if (request.layout !== 'systemd') return nspawn
  const properties = ['Delegate=yes', 'TasksMax=infinity'].flatMap(property => ['--property', property])
  return ['systemd-run', '--quiet', '--scope', '--collect', `--unit=${request.machine}`, ...properties, ...nspawn]
}

function escapeBind(path: string): string {
  return path.replace(/[\\:]/g, '\\$&')
}

/** What systemd-nspawn reads from its environment (systemd's docs/ENVIRONMENT.md). */
export const NSPAWN_ENVIRONMENT: Readonly<Record<string, string>> = {
  // /sys and /proc/sys as a machine of its own would have them.
  SYSTEMD_NSPAWN_API_VFS_WRITABLE: '1',
  // Its filter of system calls forbids, among others, those with which containers are made.
  SYSTEMD_SECCOMP: '0',
  // systemd 256 and later boot on cgroup v1 only when forced; older ones ignore this.
  SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE: '1',
}
