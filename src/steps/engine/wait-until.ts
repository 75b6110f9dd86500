import {setTimeout as sleep} from 'node:timers/promises'
import {KhwError, messageOf} from '../../errors.js'

export interface WaitOptions {
  /** What is waited for, as the end of "waited 60 s for ...". */
  readonly what: string
  /** Milliseconds in all. */
  readonly budget: number
  /** Milliseconds between tries. */
  readonly every?: number
  readonly signal: AbortSignal
  readonly suggestions: readonly [string, ...string[]]
}

/**
 * The one poller: calls `probe` until it returns something. An error of the probe is remembered and shown on time-out;
 * a KhwError that is not to be waited out is thrown by the probe wrapped in `Fatal`.
 */
export async function waitUntil<T>(probe: () => Promise<T | undefined>, options: WaitOptions): Promise<T> {
  const {what, budget, every = 500, signal, suggestions} = options
  const deadline = Date.now() + budget
  let last: unknown
  for (;;) {
    signal.throwIfAborted()
    try {
      const found = await probe()
      if (found !== undefined) return found
      last = undefined
    } catch (error) {
      if (error instanceof Fatal) throw error.cause
      last = error
    }
    if (Date.now() + every > deadline) {
      const why = last === undefined ? '' : `; the last try said: ${messageOf(last)}`
      throw new KhwError('TIMEOUT', `Waited ${Math.round(budget / 1000)} s for ${what}${why}`, suggestions, {
        cause: last,
      })
    }
    await sleep(every, undefined, {signal})
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
