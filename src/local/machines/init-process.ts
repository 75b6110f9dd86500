import {readFileSync} from 'node:fs'
import {processesIn} from './cgroups.js'

/** Host's number of a machine's first process; undefined while it does not run. */
export function initProcess(cgroups: readonly string[]): number | undefined {
  const pids = new Set(cgroups.flatMap(processesIn))
  return [...pids].find(isInit)
}

/** The first process of a namespace one level below this one's: containers inside the machine are deeper. */
function isInit(pid: number): boolean {
  try {
    return numbersInNamespaces(readFileSync(`/proc/${pid}/status`, 'utf8')) === '1'
  } catch {
    return false
  }
}

/** The process's number in the namespace below the host's, if it is exactly one level deep (proc(5), NSpid). */
export function numbersInNamespaces(status: string): string | undefined {
  const numbers = /^NSpid:\s*(.*)$/m.exec(status)?.[1]?.split(/\s+/)
  return numbers?.length === 2 ? numbers[1] : undefined
}
