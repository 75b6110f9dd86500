import {linkSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {basename, dirname, join} from 'node:path'
import {fateOf, readOwner, thisOwner, type LockContent, type LockOwner} from './lock-owner.js'

export interface Lock {
  release(): void
}

/** How long one waits for another that takes the same lock over: far longer than that takes. */
const PAUSE_MS = 5
const PAUSES = 100
/** How long a file may be without content before its writer is taken for dead. */
const FILLED_WITHIN_MS = 5_000

/** Whether the lock of this holder is to be taken away from it; asked before each attempt. */
export type MayTakeOver = (holder: LockContent) => boolean

/**
 * Takes the lock file `path` for `command`, or says who holds it. One process has it at a time, on whatever hosts, as long
 * as `mayTakeOver` is right about who is gone. A lock in a file, not in the kernel: it names its owner, works where there
 * is no flock(1), and between hosts that share a directory.
 */
export function takeLockFile(path: string, command: string, mayTakeOver: MayTakeOver): Lock | LockContent {
  const owner = thisOwner(command)
  const mine = `${path}.${owner.nonce}`
  writeFileSync(mine, JSON.stringify(owner), {mode: 0o600, flag: 'wx', flush: true})
  try {
    for (let pauses = 0; ;) {
      if (link(mine, path)) {
        sweep(path)
        return {
          release: () => {
            releaseIfOurs(path, owner.nonce)
          },
        }
      }
      const holder = readOwner(path)
      if (holder === undefined) continue
      if (pauses === PAUSES || !mayTakeOver(holder)) return holder
      if (removeHeld(path, holder, mine)) continue
      pauses++
      pause()
    }
  } finally {
    rmSync(mine, {force: true})
  }
}

/**
 * Removes the lock of that holder, and never one that somebody took since. Of several that try, one at a time looks again
 * and removes: it holds a lock of its own, named after the holder. If that one dies meanwhile, its lock goes the same way.
 * False if another is at it.
 */
function removeHeld(path: string, holder: LockContent, mine: string): boolean {
  const claim = `${path}.after-${nonceOf(holder)}`
  if (link(mine, claim)) {
    const now = readOwner(path)
    if (now !== undefined && nonceOf(now) === nonceOf(holder)) rmSync(path, {force: true})
    rmSync(claim, {force: true})
    return true
  }
  const claimant = readOwner(claim)
  // It had the name when it was complete: one that cannot be read is from before a power cut.
  return (
    claimant === undefined || ((claimant === 'unreadable' || isDead(claimant)) && removeHeld(claim, claimant, mine))
  )
}

function isDead(holder: LockContent): boolean {
  return holder !== 'unreadable' && fateOf(holder) === 'dead'
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
}

/** link() fails if the name exists, and the file is complete the moment it has the name. */
function link(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** What killed processes left beside the lock: it is the holder's to tidy up. */
function sweep(path: string): void {
  for (const name of readdirSync(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.`)) continue
    const left = join(dirname(path), name)
    const owner = readOwner(left)
    if (owner !== undefined && (isDead(owner) || wasNeverFinished(owner, left))) rmSync(left, {force: true})
  }
}

/** Killed between making its file and filling it, which takes no time at all. */
function wasNeverFinished(owner: LockContent, file: string): boolean {
  const madeAt = owner === 'unreadable' ? statSync(file, {throwIfNoEntry: false})?.mtimeMs : undefined
  return madeAt !== undefined && Date.now() - madeAt > FILLED_WITHIN_MS
}

function releaseIfOurs(path: string, nonce: string): void {
  const holder = readOwner(path)
  if (holder !== undefined && nonceOf(holder) === nonce) rmSync(path, {force: true})
}

function nonceOf(holder: LockContent): LockOwner['nonce'] {
  return holder === 'unreadable' ? 'unreadable' : holder.nonce
}
