import type {UnitSection} from './systemd-unit.js'

/**
 * What a program need not have that reads its files and speaks TCP (systemd.exec(5), systemd.resource-control(5)): no
 * right beyond those of its user, a file system that it can read only, no devices, none of the kernel's settings, and
 * no system calls but those that services make. What it writes to is named in its unit (StateDirectory=, LogsDirectory=).
 *
 * A call that is not allowed fails as if it lacked the right (EPERM): Go's runtime asks for more open files at each start,
 * and goes on without.
 *
 * Left out, as it costs more than it gives: `ProcSubset=pid` hides /proc/sys/net, where Go reads how many connections may
 * wait to be accepted, and what the process metrics are counted from.
 */
export const SANDBOX = {
  CapabilityBoundingSet: '',
  NoNewPrivileges: 'yes',
  KeyringMode: 'private',
  LockPersonality: 'yes',
  MemoryDenyWriteExecute: 'yes',
  PrivateDevices: 'yes',
  PrivateMounts: 'yes',
  PrivateTmp: 'yes',
  ProtectClock: 'yes',
  ProtectControlGroups: 'yes',
  ProtectHome: 'yes',
  ProtectHostname: 'yes',
  ProtectKernelLogs: 'yes',
  ProtectKernelModules: 'yes',
  ProtectKernelTunables: 'yes',
  ProtectProc: 'invisible',
  ProtectSystem: 'strict',
  RemoveIPC: 'yes',
  RestrictAddressFamilies: 'AF_INET AF_INET6 AF_UNIX',
  RestrictNamespaces: 'yes',
  RestrictRealtime: 'yes',
  RestrictSUIDSGID: 'yes',
  SystemCallArchitectures: 'native',
  SystemCallErrorNumber: 'EPERM',
  SystemCallFilter: ['@system-service', '~@privileged @resources'],
  UMask: '0077',
} as const satisfies UnitSection

/**
 * A user of the unit's own that is there while it runs: nothing is to be made before, and nothing is left (systemd.exec(5),
 * DynamicUser=).
 */
export function ownUser(name: string): UnitSection {
  return {DynamicUser: 'yes', User: name}
}
