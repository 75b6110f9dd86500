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

export interface PollOptions {
  /** Milliseconds since 1970: what has not come by then is looked for once more, and then no more. */
  readonly until: number
  /** Milliseconds between tries; with `slowest`, of the first ones: each pause is twice the last until it is that long. */
  readonly every: number
  readonly slowest?: number
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** The one poller: looks at once, and again until something is found or it was the last look, whose word counts. */
export async function poll<T>(
  look: (isLast: boolean) => Promise<T | undefined>,
  {until, every, slowest = every, clock, signal}: PollOptions,
): Promise<T | undefined> {
  for (let pause = every; ; pause = Math.min(pause * 2, slowest)) {
    signal.throwIfAborted()
    // An answer that took long says what was when it was asked.
    const isLast = clock.now() >= until
    const found = await look(isLast)
    if (found !== undefined || isLast) return found
    await clock.sleep(Math.max(1, Math.min(pause, until - clock.now())), signal)
  }
}

/**
 * Polls until `probe` returns something. An error of the probe is remembered and shown on time-out; a KhwError that is not
 * to be waited out is thrown by the probe wrapped in `Fatal`.
 */
export async function waitUntil<T>(probe: () => Promise<T | undefined>, options: WaitOptions): Promise<T> {
  const {what, budget, every = 500, slowest = every, clock = systemClock, signal, suggestions} = options
  let last: unknown
  const patient = async (): Promise<T | undefined> => {
    last = undefined
    try {
      return await probe()
    } catch (error) {
      if (error instanceof Fatal) throw error.cause
      // Nobody is let in again by waiting.
      if (awsErrorCode(error) !== undefined && classOf(error) === 'auth') throw error
      last = error
      return undefined
    }
  }
  const found = await poll(patient, {until: clock.now() + budget, every, slowest, clock, signal})
  if (found !== undefined) return found
  const why = last === undefined ? '' : `; the last try said: ${messageOf(last)}`
  throw new KhwError('TIMEOUT', `Waited ${Math.round(budget / 1000)} s for ${what}${why}`, suggestions, {cause: last})
}

/** Ends a wait at once with `cause`. */
export class Fatal extends Error {
  override readonly cause: Error

  constructor(cause: Error) {
    super(cause.message)
    this.cause = cause
  }
}
