import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {HOSTS_FILE, hostNamesIn} from '../host/hosts-file.js'
import {SETTINGS_DIRECTORY} from '../host/kernel-settings.js'
import {mountsUnder} from '../host/mounts.js'
import {run} from '../host/run.js'
import type {RegionNames} from '../host/names.js'
import {cgroupHost, findCgroups} from '../machines/cgroups.js'

/** Something of a region that is on its host. */
export interface Leftover {
  readonly type: 'process' | 'namespace' | 'link' | 'mount' | 'cgroup' | 'nft table' | 'file' | 'host name'
  /** A process's number and program, a path, or a name. */
  readonly id: string
}

/**
 * Everything on this host that carries the region's prefix or lies in its directory: looked up in the kernel's own
 * lists, not in the region's records, so that what a crash left is seen as well. Needs root.
 */
export async function findLeftovers(names: RegionNames, directory: string): Promise<Leftover[]> {
  const {prefix} = names
  const named = (type: Leftover['type'], parent: string): Leftover[] =>
    list(parent)
      .filter(name => name.startsWith(prefix))
      .map(name => ({type, id: join(parent, name)}))
  const cgroups = cgroupHost()
  return [
    ...processesOf(prefix, directory),
    ...named('namespace', '/run/netns'),
    ...named('link', '/sys/class/net'),
    ...(await mountsUnder(directory)).map(id => ({type: 'mount', id}) as const),
    ...(cgroups ? findCgroups(cgroups, prefix) : []).map(id => ({type: 'cgroup', id}) as const),
    ...(await tablesOf(prefix)),
    ...hostNamesIn(read(HOSTS_FILE), prefix).map(id => ({type: 'host name', id}) as const),
    ...['propagate', 'unix-export', 'locks'].flatMap(kind => named('file', `/run/systemd/nspawn/${kind}`)),
    ...named('file', SETTINGS_DIRECTORY),
    ...(existsSync(directory) ? [{type: 'file', id: directory} as const] : []),
  ]
}

/** Processes whose command line names the region's prefix or directory: its daemon, services, supervisors, machines. */
function processesOf(prefix: string, directory: string): Leftover[] {
  return list('/proc')
    .filter(name => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap(pid => {
      const words = read(`/proc/${pid}/cmdline`).split('\0')
      const isOurs = words.some(
        word => word.includes(`${prefix}-`) || word === directory || word.includes(`${directory}/`),
      )
      return isOurs ? [{type: 'process', id: `${pid} ${words[0] ?? ''}`} as const] : []
    })
}

async function tablesOf(prefix: string): Promise<Leftover[]> {
  const tables = await run('nft', ['list', 'tables']).catch(() => '')
  return tables
    .split('\n')
    .filter(line => line.split(' ').at(-1)?.startsWith(prefix) === true)
    .map(line => ({type: 'nft table', id: line.replace(/^table /, '')}))
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
