import {randomUUID} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {hostname} from 'node:os'
import {bootId, pidNamespace, startTimeOf} from './process-identity.js'

/** Who holds a lock file: its content, as JSON. */
export interface LockOwner {
  readonly pid: number
  /** Kernel's start time of the process, so that a recycled pid is not taken for the owner; absent off Linux. */
  readonly startTime?: string
  /** So that no process outlives a reboot, and a host is known by more than its name; absent off Linux. */
  readonly bootId?: string
  /** Absent off Linux. */
  readonly pidNamespace?: string
  readonly host: string
  readonly command: string
  /** ISO 8601. For people: nothing is decided by the clock. */
  readonly since: string
  readonly nonce: string
}

/** What a lock file says: its owner, or nothing that can be read, as after a power cut. */
export type LockContent = LockOwner | 'unreadable'

/** `elsewhere`: on another host or in another container. `perhaps`: its pid is in use, and whose it is cannot be seen. */
export type Fate = 'alive' | 'dead' | 'perhaps' | 'elsewhere'

export function thisOwner(command: string): LockOwner {
  return {
    pid: process.pid,
    ...defined({startTime: startTimeOf(process.pid), bootId: bootId(), pidNamespace: pidNamespace()}),
    host: hostname(),
    command,
    since: new Date().toISOString(),
    nonce: randomUUID(),
  }
}

/** Undefined if there is no such file. */
export function readOwner(path: string): LockContent | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  try {
    const content: unknown = JSON.parse(text)
    return isOwner(content) ? content : 'unreadable'
  } catch {
    return 'unreadable'
  }
}

export function fateOf(owner: LockOwner): Fate {
  const boot = bootId()
  const sameBoot = owner.bootId !== undefined && owner.bootId === boot
  if (!sameBoot && owner.host !== hostname()) return 'elsewhere'
  if (!sameBoot && owner.bootId !== undefined && boot !== undefined) return 'dead'
  if (owner.pidNamespace !== undefined && owner.pidNamespace !== pidNamespace()) return 'elsewhere'
  if (!exists(owner.pid)) return 'dead'
  if (owner.startTime === undefined) return 'perhaps'
  return owner.startTime === startTimeOf(owner.pid) ? 'alive' : 'dead'
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}

function isOwner(content: unknown): content is LockOwner {
  if (typeof content !== 'object' || content === null) return false
  const {pid, host, command, since, nonce} = content as Partial<Record<keyof LockOwner, unknown>>
  // A pid of 0 or less would mean a group of processes.
  return Number.isInteger(pid) && Number(pid) > 0 && [host, command, since, nonce].every(s => typeof s === 'string')
}

function defined(fields: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
