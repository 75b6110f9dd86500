import {mkdir} from 'node:fs/promises'
import {dirname} from 'node:path'
import {setTimeout as delay} from 'node:timers/promises'
import {takeLockFile} from '../../lock-file.js'
import {fateOf, type LockContent} from '../../lock-owner.js'

export interface LockOptions {
  readonly signal: AbortSignal
  /** Called once if another process holds the lock. */
  readonly onWait?: (pid: number) => void
}

const POLL_MS = 200

/**
 * Runs `work` while this process alone holds the file `path`. Waits for a living holder; takes over from one that is dead
 * or elsewhere, as in a container that is gone: nobody is there to ask, and whatever two of them make is verified.
 */
export async function withLock<T>(path: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), {recursive: true})
  let told = false
  for (;;) {
    const taken = takeLockFile(path, 'khw', mayTakeOver)
    if (taken !== 'unreadable' && 'release' in taken) {
      try {
        return await work()
      } finally {
        taken.release()
      }
    }
    if (!told && taken !== 'unreadable') options.onWait?.(taken.pid)
    told = true
    await delay(POLL_MS, undefined, {signal: options.signal})
  }
}

function mayTakeOver(holder: LockContent): boolean {
  return holder === 'unreadable' || ['dead', 'elsewhere'].includes(fateOf(holder))
}
