import {awsErrorCode, classOf} from '../../aws/errors.js'
import {systemClock, type Clock} from '../../clock.js'
import {KhwError, messageOf} from '../../errors.js'

export interface WaitOptions {
  /** What is waited for, as the end of "waited 60 s for ...". */
  readonly what: string
  /** Milliseconds in all. */
  readonly budget: number
  /** Milliseconds between tries; with `slowest`, of the first ones: each pause is twice the last until it is that long. */
  readonly every?: number
  readonly slowest?: number
  readonly clock?: Clock
  readonly signal: AbortSignal
  readonly suggestions: readonly [string, ...string[]]
}

/**
 * The one poller: calls `probe` until it returns something. An error of the probe is remembered and shown on time-out;
 * a KhwError that is not to be waited out is thrown by the probe wrapped in `Fatal`.
 */
export async function waitUntil<T>(probe: () => Promise<T | undefined>, options: WaitOptions): Promise<T> {
  const {what, budget, every = 500, slowest = every, clock = systemClock, signal, suggestions} = options
  const deadline = clock.now() + budget
  let last: unknown
  for (let pause = every; ; pause = Math.min(pause * 2, slowest)) {
    signal.throwIfAborted()
    try {
      const found = await probe()
      if (found !== undefined) return found
      last = undefined
    } catch (error) {
      if (error instanceof Fatal) throw error.cause
      // Nobody is let in again by waiting.
      if (awsErrorCode(error) !== undefined && classOf(error) === 'auth') throw error
      last = error
    }
    if (clock.now() + pause > deadline) {
      const why = last === undefined ? '' : `; the last try said: ${messageOf(last)}`
      throw new KhwError('TIMEOUT', `Waited ${Math.round(budget / 1000)} s for ${what}${why}`, suggestions, {
        cause: last,
      })
    }
    await clock.sleep(pause, signal)
  }
}

/** Ends a wait at once with `cause`. */
export class Fatal extends Error {
  override readonly cause: Error

  constructor(cause: Error) {
    super(cause.message)
    this.cause = cause
  }
}
