import type {KhwError} from '../errors.js'
import {createProgress, type Progress} from './progress.js'
import {interruptible} from './signals.js'

export interface WatchOptions {
  readonly stderr: NodeJS.WriteStream
  readonly stdout: NodeJS.WriteStream
  /** What the run fails with when it is interrupted: how to go on. */
  readonly interrupted: KhwError
}

/** Does something long: shown on stderr, stopped by Ctrl-C, and the terminal is left clean however it ends. */
export async function watchedRun<T>(
  {stderr, stdout, interrupted}: WatchOptions,
  run: (progress: Progress, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const progress = createProgress({
    stream: stderr,
    beside: stdout,
    hint: 'Ctrl-C stops; the same command goes on later',
  })
  const interruption = interruptible({
    reason: interrupted,
    onFirst: () => {
      progress.onStopping('Stopping: finishing what is in flight. Ctrl-C again stops at once.')
    },
    onSecond: () => {
      progress.abandon()
      stderr.write(`\nStopped at once. To go on: ${interrupted.suggestions[0]}\n`)
    },
  })
  try {
    return await run(progress, interruption.signal)
  } finally {
    await progress.finish()
    // Once it was interrupted, what is left is to say so: a second Ctrl-C in that moment must not cut it off.
    if (!interruption.signal.aborted) interruption.dispose()
  }
}
