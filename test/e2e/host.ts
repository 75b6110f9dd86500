import {execFileSync} from 'node:child_process'
import {existsSync, readdirSync, readFileSync, realpathSync} from 'node:fs'
import {join} from 'node:path'
import {regionNames} from '../../src/local/host/names.js'

/** Where a home keeps its region; its names on the host follow from that path. */
export function prefixOf(home: string): string {
  return regionNames(join(realpathSync(home), 'region')).prefix
}

/** Everything on this host that carries a prefix or lies below a home: found by asking the kernel, not khw. */
export function leftOnHost(prefix: string, home: string): readonly string[] {
  const lines = (program: string, ...args: string[]): string[] =>
    execFileSync(program, args, {encoding: 'utf8'}).split('\n')
  const carriers = (list: readonly string[]): string[] =>
    list.filter(line => line.includes(prefix) || line.includes(home))
  return [
    ...carriers(lines('ip', 'netns', 'list')).map(line => `namespace ${line}`),
    ...carriers(lines('ip', '-brief', 'link')).map(line => `link ${line}`),
    ...carriers(lines('nft', 'list', 'tables')).map(line => `nft ${line}`),
    ...carriers(readFileSync('/proc/self/mounts', 'utf8').split('\n')).map(line => `mount ${line}`),
    ...carriers(cgroupsBelow('/sys/fs/cgroup', 3)).map(line => `cgroup ${line}`),
    ...carriers(processes()).map(line => `process ${line}`),
  ]
}

function cgroupsBelow(directory: string, depth: number): string[] {
  if (depth === 0 || !existsSync(directory)) return []
  return readdirSync(directory, {withFileTypes: true})
    .filter(entry => entry.isDirectory())
    .flatMap(entry => [join(directory, entry.name), ...cgroupsBelow(join(directory, entry.name), depth - 1)])
}

function processes(): string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap(pid => {
      try {
        return [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`]
      } catch {
        return []
      }
    })
}

/** All files below a directory. */
export function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory, {recursive: true, withFileTypes: true})
    .filter(entry => !entry.isDirectory())
    .map(entry => join(entry.parentPath, entry.name))
}
