import {randomUUID} from 'node:crypto'
import {linkSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {hostname} from 'node:os'
import {join} from 'node:path'
import {KhwError} from '../../errors.js'
import {startTimeOf} from '../../process-identity.js'

/** Who holds a cluster. */
export interface LockOwner {
  readonly pid: number
  /** Kernel's start time of the process, so that a recycled pid is not taken for the owner; absent off Linux. */
  readonly startTime?: string
  readonly host: string
  readonly command: string
  /** ISO 8601. */
  readonly since: string
  readonly nonce: string
}

export interface Lock {
  release(): void
}

/**
 * One command at a time on one cluster. The lock of a dead process of this host is taken over; that of another host is not.
 * Throws LOCKED, naming the owner.
 */
export function acquireLock(directory: string, command: string): Lock {
  const file = join(directory, 'lock')
  const startTime = startTimeOf(process.pid)
  const owner: LockOwner = {
    pid: process.pid,
    ...(startTime === undefined ? {} : {startTime}),
    host: hostname(),
    command,
    since: new Date().toISOString(),
    nonce: randomUUID(),
  }
  const mine = `${file}.${owner.nonce}`
  writeFileSync(mine, JSON.stringify(owner), {mode: 0o600, flag: 'wx'})
  try {
    // link() fails if the name exists, and the file is complete the moment it has the name.
    for (let attempt = 0; attempt < 10; attempt++) {
      if (link(mine, file))
        return {
          release: () => {
            releaseIfOurs(file, owner.nonce)
          },
        }
      const held = readOwner(file)
      if (held && alive(held)) throw locked(held)
      if (held) removeStale(file, held)
    }
    throw new KhwError('LOCKED', `The lock ${file} changes hands too fast to be taken.`, ['Run the command again.'])
  } finally {
    rmSync(mine, {force: true})
  }
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function readOwner(file: string): LockOwner | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as LockOwner
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Moves the dead owner's lock aside; if somebody was quicker and it is a new lock that we moved, puts it back. */
function removeStale(file: string, stale: LockOwner): void {
  const aside = `${file}.stale-${randomUUID()}`
  try {
    renameSync(file, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  if (readOwner(aside)?.nonce !== stale.nonce) link(aside, file)
  rmSync(aside, {force: true})
}

function releaseIfOurs(file: string, nonce: string): void {
  if (readOwner(file)?.nonce === nonce) rmSync(file, {force: true})
}

function alive(owner: LockOwner): boolean {
  if (owner.host !== hostname()) return true
  try {
    process.kill(owner.pid, 0)
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  return owner.startTime === undefined || owner.startTime === startTimeOf(owner.pid)
}

function locked(owner: LockOwner): KhwError {
  const where = owner.host === hostname() ? '' : ` on ${owner.host}`
  return new KhwError(
    'LOCKED',
    `Another khw is at work on this cluster: "${owner.command}" (process ${owner.pid}${where}, since ${owner.since}).`,
    [
      owner.host === hostname()
        ? `Wait for it, or stop it with: kill ${owner.pid}`
        : `Run khw on ${owner.host}, where the cluster is being worked on.`,
    ],
  )
}
