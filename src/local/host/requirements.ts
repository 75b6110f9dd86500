import {existsSync} from 'node:fs'
import {statfs} from 'node:fs/promises'
import {dirname} from 'node:path'
import type {Home} from '../../cluster/home.js'
import {cgroupHost} from '../machines/cgroups.js'
import {missingKernelFeatures} from './kernel.js'
import {hostIsDebianLike, missingPackages} from './packages.js'

/** Something that keeps the local region from running on this host. */
export interface HostProblem {
  /** `packages`: can be mended by installing them. `root`: this process lacks rights. `host`: only its owner can mend it. */
  readonly kind: 'packages' | 'root' | 'host'
  /** A sentence. */
  readonly what: string
  /** What to type or to do. */
  readonly fix: string
  /** Names of Debian packages, with the kind `packages`. */
  readonly packages: readonly string[]
}

const GIB = 2 ** 30
/** The image takes 0.3 GiB, twice that while it is made; what it boots, and what boots it, is not counted. */
const IMAGE_SPACE = GIB
/** Six machines with a few container images each. */
const MACHINE_SPACE = 3 * GIB
/** From statfs(2): an overlay cannot be the upper layer of another, so machines cannot be kept on one. */
const OVERLAYFS = 0x794c7630

/**
 * All that is missing on this host, within a second and without changing anything. What depends on something that is
 * missing itself (kernel features without the tools to try them) is looked at once that is there.
 */
export async function checkHost(home: Pick<Home, 'cache' | 'region'>): Promise<HostProblem[]> {
  if (process.platform !== 'linux')
    return [
      host(
        `The local region needs Linux; this is ${process.platform}.`,
        'Use AWS: khw create --provider aws, or a Linux machine',
      ),
    ]
  if (process.arch !== 'x64' && process.arch !== 'arm64')
    return [
      host(`The local region runs on amd64 and arm64; this is ${process.arch}.`, 'Use AWS: khw create --provider aws'),
    ]
  const packages = missingPackages()
  const isRoot = process.geteuid?.() === 0
  const problems = [
    ...(isRoot ? [] : [notRoot()]),
    ...(packages.length === 0 ? [] : [await lacking(packages)]),
    ...cgroupProblems(),
    ...(await spaceProblems(home)),
  ]
  if (isRoot && packages.length === 0) {
    for (const {name, options} of await missingKernelFeatures())
      problems.push(
        host(
          `This kernel does not have, or this container does not allow, ${name}.`,
          `Use a kernel with ${options}, or a virtual machine instead of a container`,
        ),
      )
  }
  return problems
}

function host(what: string, fix: string): HostProblem {
  return {kind: 'host', what, fix, packages: []}
}

function notRoot(): HostProblem {
  return {
    kind: 'root',
    what: 'The local region makes network namespaces and containers, which only root may; you are not root.',
    fix: 'Repeat the command as root: sudo --preserve-env=KHW_HOME,KHW_CACHE khw ...',
    packages: [],
  }
}

async function lacking(packages: readonly string[]): Promise<HostProblem> {
  const what = `The local region needs programs that are not installed: ${packages.join(', ')}.`
  if (await hostIsDebianLike()) return {kind: 'packages', what, fix: 'Install them: khw local setup', packages}
  return host(
    `${what} They can be installed for you on Debian and Ubuntu only.`,
    'Install them as your distribution does',
  )
}

function cgroupProblems(): HostProblem[] {
  const cgroups = cgroupHost()
  const fix = 'Use a virtual machine, or a container that may mount cgroups (docker run --privileged --cgroupns=host)'
  if (!cgroups) return [host('There are no control groups at /sys/fs/cgroup.', fix)]
  if (cgroups.layout !== 'v1') return []
  const missing = ['cpu', 'cpuset', 'memory', 'pids', 'systemd'].filter(
    name => !existsSync(`/sys/fs/cgroup/${name}/cgroup.procs`),
  )
  return missing.length === 0 ? [] : [host(`These control groups are not mounted: ${missing.join(', ')}.`, fix)]
}

async function spaceProblems(home: Pick<Home, 'cache' | 'region'>): Promise<HostProblem[]> {
  const problems: HostProblem[] = []
  for (const [directory, needed, variable, content] of [
    [home.cache, IMAGE_SPACE, 'KHW_CACHE', 'The machine image'],
    [home.region, MACHINE_SPACE, 'KHW_HOME', 'Machines'],
  ] as const) {
    const {bavail, bsize, type} = await statfs(existing(directory))
    const free = bavail * bsize
    if (free < needed)
      problems.push(
        host(
          `${content} need${content.endsWith('s') ? '' : 's'} ${gib(needed)} at ${directory}, where ${gib(free)} are free.`,
          `Free some space, or choose another disk: export ${variable}=/somewhere/else`,
        ),
      )
    if (variable === 'KHW_HOME' && type === OVERLAYFS)
      problems.push(
        host(
          `${directory} is on an overlay file system (a container's own), which cannot hold machines.`,
          'Choose a directory on a real file system, such as a volume: export KHW_HOME=/volume/khw',
        ),
      )
  }
  return problems
}

function existing(directory: string): string {
  return existsSync(directory) ? directory : existing(dirname(directory))
}

function gib(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`
}
