import type {RunContext} from './context.js'

/** Rejects if the work is not done within so many milliseconds; the work itself goes on then, and nobody hears of it. */
export async function within<T>(
  {clock, signal}: Pick<RunContext, 'clock' | 'signal'>,
  patience: number,
  work: Promise<T>,
): Promise<T> {
  const done = new AbortController()
  const late = clock.sleep(patience, AbortSignal.any([signal, done.signal])).then(() => {
    throw new Error(`it did not let us in within ${patience / 1000} s`)
  })
  // Whichever comes last has nobody left to hear it.
  for (const each of [work, late]) each.catch(() => undefined)
  try {
    return await Promise.race([work, late])
  } finally {
    done.abort()
  }
}
