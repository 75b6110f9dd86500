import type {RunContext} from './context.js'

/** As `work`, which need not know of the signal: rejects with its reason as soon as that is aborted, and nobody hears of the work then. */
export function untilAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      reject(signal.reason instanceof Error ? signal.reason : new Error('interrupted'))
    }
    if (signal.aborted) {
      end()
      return
    }
    signal.addEventListener('abort', end, {once: true})
    work()
      .then(resolve, reject)
      .finally(() => {
        signal.removeEventListener('abort', end)
      })
  })
}

/** Rejects if the work is not done within so many milliseconds; the work itself goes on then, and nobody hears of it. */
export async function within<T>(
  {clock, signal}: Pick<RunContext, 'clock' | 'signal'>,
  patience: number,
  work: () => Promise<T>,
): Promise<T> {
  const late = new AbortController()
  const done = new AbortController()
  const time = AbortSignal.any([signal, done.signal])
  void clock.sleep(patience, time).then(
    () => {
      late.abort(new Error(`it did not let us in within ${patience / 1000} s`))
    },
    // It is over, one way or another.
    () => undefined,
  )
  try {
    return await untilAborted(AbortSignal.any([signal, late.signal]), work)
  } finally {
    done.abort()
  }
}
