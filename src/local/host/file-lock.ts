import {spawn} from 'node:child_process'
import {once} from 'node:events'

export interface FileLock {
  release(): Promise<void>
}

export interface FileLockOptions {
  /** False: give up at once when somebody else holds it. */
  readonly wait: boolean
  readonly signal?: AbortSignal
  /** Called once if somebody else holds it and this caller starts to wait. */
  readonly onWait?: () => void
}

/** What flock(1) is told to exit with when the lock is taken. */
const TAKEN = 75

/**
 * Takes an exclusive lock on a file (made if missing), through flock(1) of util-linux: the kernel drops it when the
 * holder dies in whatever way, so there are no stale locks. Unlike src/lock-file.ts it names no owner and needs Linux,
 * which the local region needs anyway. Undefined if it is taken and `wait` is false.
 */
export async function lockFile(path: string, options: FileLockOptions): Promise<FileLock | undefined> {
  const atOnce = await takeLock(path, ['--nonblock'], options.signal)
  if (atOnce !== undefined || !options.wait) return atOnce
  options.onWait?.()
  return takeLock(path, [], options.signal)
}

async function takeLock(path: string, flags: string[], signal?: AbortSignal): Promise<FileLock | undefined> {
  signal?.throwIfAborted()
  // `cat` holds the lock until its input closes, which it does when this process ends.
  const command = ['sh', '-c', 'echo locked; exec cat']
  const child = spawn('flock', [
    ...flags,
    '--exclusive',
    '--close',
    '--conflict-exit-code',
    String(TAKEN),
    path,
    ...command,
  ])
  const closed = once(child, 'close').then(([code]) => code as number | null)
  const abort = (): void => void child.kill()
  signal?.addEventListener('abort', abort, {once: true})
  try {
    const said = await Promise.race([once(child.stdout, 'data').then(() => 'locked' as const), closed])
    if (said === 'locked') {
      return {
        release: async () => {
          child.stdin.end()
          await closed
        },
      }
    }
    signal?.throwIfAborted()
    if (said === TAKEN) return undefined
    throw new Error(`flock could not lock ${path} (exit code ${said ?? 'unknown'})`)
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}
