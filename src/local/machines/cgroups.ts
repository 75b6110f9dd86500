import {mkdir, readFile, readdir, rmdir, writeFile} from 'node:fs/promises'
import {existsSync, readFileSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import {sendSignal} from '../../process-identity.js'

/**
 * How the host arranges control groups (cgroups(7)): `v1` has one hierarchy a controller (with an empty v2 one beside
 * them, at times); `v2` is one tree; `systemd` is one tree that systemd owns, so that it has to be asked for a branch.
 */
export type CgroupLayout = 'v1' | 'v2' | 'systemd'

export interface CgroupHost {
  readonly layout: CgroupLayout
  /** Mount points of the hierarchies in which a machine has a group of its own. */
  readonly hierarchies: readonly string[]
}

const ROOT = '/sys/fs/cgroup'

/** Undefined where no cgroup file system is mounted at its usual place. */
export function cgroupHost(root = ROOT, systemdRuns = existsSync('/run/systemd/system')): CgroupHost | undefined {
  if (existsSync(join(root, 'cgroup.controllers'))) {
    return systemdRuns ? {layout: 'systemd', hierarchies: [root]} : {layout: 'v2', hierarchies: [root]}
  }
  const hierarchies = existsSync(root)
    ? readdirSync(root, {withFileTypes: true})
        // Links such as cpu -> cpu,cpuacct name the same hierarchy twice.
        .filter(entry => entry.isDirectory() && existsSync(join(root, entry.name, 'cgroup.procs')))
        .map(entry => join(root, entry.name))
    : []
  return hierarchies.length === 0 ? undefined : {layout: 'v1', hierarchies}
}

/** Makes a machine's group in every hierarchy; returns their directories. Nothing to do where systemd makes it. */
export async function createCgroups(host: CgroupHost, machine: string): Promise<string[]> {
  if (host.layout === 'systemd') return []
  return Promise.all(host.hierarchies.map(hierarchy => createCgroup(hierarchy, machine)))
}

async function createCgroup(hierarchy: string, machine: string): Promise<string> {
  const group = join(hierarchy, machine)
  await mkdir(group, {recursive: true})
  if (existsSync(join(group, 'cpuset.cpus')) && existsSync(join(group, 'cgroup.clone_children'))) {
    // A new group of cgroup v1 has no processor and no memory; nothing can enter it, nor those made in it later.
    for (const file of ['cpuset.cpus', 'cpuset.mems'])
      await writeFile(join(group, file), await readFile(join(hierarchy, file), 'utf8'))
    await writeFile(join(group, 'cgroup.clone_children'), '1')
  }
  const available = await readFile(join(hierarchy, 'cgroup.controllers'), 'utf8').catch(() => '')
  const enable = available.split(/\s+/).filter(Boolean)
  // One at a time: a controller in use elsewhere must not keep the others from the machine.
  for (const name of enable)
    await writeFile(join(hierarchy, 'cgroup.subtree_control'), `+${name}`).catch(() => undefined)
  return group
}

/** All groups of the host whose own name is, or begins with, `prefix`; the outermost of each. */
export function findCgroups(host: CgroupHost, prefix: string): string[] {
  return host.hierarchies.flatMap(hierarchy => searchCgroups(hierarchy, prefix, host.layout === 'systemd' ? 3 : 1))
}

function searchCgroups(directory: string, prefix: string, depth: number): string[] {
  return childGroups(directory).flatMap(name => {
    const path = join(directory, name)
    if (name.startsWith(prefix)) return [path]
    return depth > 1 ? searchCgroups(path, prefix, depth - 1) : []
  })
}

function childGroups(directory: string): string[] {
  try {
    return readdirSync(directory, {withFileTypes: true})
      .filter(entry => entry.isDirectory())
      .map(entry => entry.name)
  } catch {
    return []
  }
}

/** Processes in a group and in all groups below it, as the host numbers them. */
export function processesIn(group: string): number[] {
  const own = readLines(join(group, 'cgroup.procs')).map(Number)
  return [...own, ...childGroups(group).flatMap(name => processesIn(join(group, name)))]
}

/** Kills until nobody is left: what is killed may just have started something. False if some survive for 5 s. */
export async function killAll(groups: readonly string[]): Promise<boolean> {
  const deadline = Date.now() + 5000
  for (;;) {
    const pids = new Set(groups.flatMap(processesIn))
    if (pids.size === 0) return true
    if (Date.now() > deadline) return false
    for (const pid of pids) sendSignal(pid, 'SIGKILL')
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}

/** Removes a group and those below it; a group that is gone is fine. */
export async function removeCgroup(group: string): Promise<void> {
  const entries = await readdir(group, {withFileTypes: true}).catch(() => [])
  for (const entry of entries) if (entry.isDirectory()) await removeCgroup(join(group, entry.name))
  await rmdir(group).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  })
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean)
  } catch {
    return []
  }
}
