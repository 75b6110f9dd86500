import {hostname} from 'node:os'
import {join} from 'node:path'
import {KhwError} from '../../errors.js'
import {takeLockFile, type Lock} from '../../lock-file.js'
import {fateOf, readOwner, type LockContent, type LockOwner} from '../../lock-owner.js'
import {writeError} from '../../write-error.js'

export interface LockOptions {
  /** What the error LOCKED said to type: takes the lock from this owner, if nobody can tell that it is alive. */
  readonly forceUnlock?: string
}

/** What stands for the nonce of a lock file that cannot be read. */
const UNREADABLE = 'unreadable'

/**
 * One command at a time on one cluster. The lock of a dead process of this host is taken over; that of another host only
 * with `forceUnlock`. `command` is what was typed, to be named to others.
 * Throws LOCKED, naming the owner, and DISK_FULL or HOME_NOT_WRITABLE.
 */
export function acquireLock(directory: string, command: string, {forceUnlock}: LockOptions = {}): Lock {
  const file = join(directory, 'lock')
  const mayTakeOver = (holder: LockContent): boolean => {
    if (holder === 'unreadable') return forceUnlock === UNREADABLE
    const fate = fateOf(holder)
    return fate === 'dead' || (fate !== 'alive' && [holder.nonce, shortNonce(holder)].includes(forceUnlock ?? ''))
  }
  const taken = attempt(file, () => takeLockFile(file, command, mayTakeOver))
  if (taken === 'unreadable') throw unreadable(file, command, forceUnlock)
  if ('release' in taken) return taken
  throw locked(taken, command, forceUnlock)
}

/** Who is at work on the cluster, as far as can be told: nobody but this process, if undefined. */
export function whoIsAtWork(directory: string): LockOwner | undefined {
  const owner = readOwner(join(directory, 'lock'))
  if (owner === undefined || owner === 'unreadable' || owner.pid === process.pid) return undefined
  return fateOf(owner) === 'dead' ? undefined : owner
}

/** What a command would be refused with if it were typed now; undefined if nothing. */
export function lockedOut(directory: string, command: string): KhwError | undefined {
  const owner = whoIsAtWork(directory)
  return owner && locked(owner, command, undefined)
}

/** For who is about to take away what a cluster stands on, without a change to the cluster's own records. Throws LOCKED. */
export function refuseIfAtWork(directory: string): void {
  const owner = readOwner(join(directory, 'lock'))
  if (owner !== undefined && owner !== 'unreadable' && fateOf(owner) === 'alive') throw locked(owner, '', undefined)
}

function attempt<T>(file: string, take: () => T): T {
  try {
    return take()
  } catch (error) {
    throw writeError(error, `The lock ${file} could not be taken`)
  }
}

/** Enough to tell two owners of one cluster apart, and short enough to be typed. */
function shortNonce({nonce}: LockOwner): string {
  return nonce.slice(0, 8)
}

function locked(owner: LockOwner, command: string, forceUnlock: string | undefined): KhwError {
  const {pid, host, since} = owner
  const fate = fateOf(owner)
  const elsewhere = fate !== 'elsewhere' ? '' : host === hostname() ? ' in another container' : ` on ${host}`
  const refused =
    forceUnlock === undefined
      ? ''
      : fate === 'alive'
        ? ' It is alive, so that its lock cannot be taken from it.'
        : ` The lock is not that of "${forceUnlock}".`
  return new KhwError(
    'LOCKED',
    `Another khw is at work on this cluster: "${owner.command}" (process ${pid}${elsewhere}, since ${since}).${refused}`,
    fate === 'alive'
      ? [`Wait for it, or stop it with: kill ${pid}`]
      : [
          `Wait for it. Or see on ${host} that there is no khw with process id ${pid} any more, and then:`,
          `${command} --force-unlock ${shortNonce(owner)}`,
        ],
  )
}

function unreadable(file: string, command: string, forceUnlock: string | undefined): KhwError {
  const refused = forceUnlock === undefined ? '' : ` It is not that of "${forceUnlock}", as far as can be told.`
  return new KhwError(
    'LOCKED',
    `The lock ${file} does not say whose it is, as after a power cut: it is empty or garbled.${refused}`,
    ['Once you know that no other khw is at work on this cluster:', `${command} --force-unlock ${UNREADABLE}`],
  )
}
