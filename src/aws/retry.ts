import type {Clock} from '../clock.js'
import {classOf} from './errors.js'

/** What the SDK carries from one attempt of a call to the next (RetryToken of the Smithy reference architecture). */
export interface AttemptToken {
  getRetryCount(): number
  /** Milliseconds; always 0 here, as the pause has been made already. */
  getRetryDelay(): number
}

/** The SDK's RetryStrategyV2: asked before each call and after each failed attempt; rejecting ends the call. */
export interface RetryStrategy {
  acquireInitialRetryToken(scope: string): Promise<AttemptToken>
  refreshRetryTokenForRetry(token: AttemptToken, info: {readonly error?: unknown}): Promise<AttemptToken>
  recordSuccess(token: AttemptToken): void
}

/** How long a call goes on against throttling: twice the longest spell a provisioner has to sit out. Milliseconds. */
const THROTTLED_FOR = 300_000
const THROTTLE_PAUSE = {base: 1_000, cap: 20_000}
/** Attempts of a call that may be repeated after an outcome that is not known. */
const AMBIGUOUS_ATTEMPTS = 8
const AMBIGUOUS_PAUSE = {base: 100, cap: 5_000}
/** Of who cannot wait: both in seconds. */
const IMPATIENT = {throttledFor: 6_000, attempts: 3}

interface State extends AttemptToken {
  readonly since: number
  readonly ambiguous: number
}

export interface RetryOptions {
  /** Whether a call may be sent again although its answer was lost: it has a client token, or changes nothing twice. */
  readonly repeatable: boolean
  /** Gives up within seconds, against throttling too. */
  readonly impatient?: boolean
  readonly clock: Clock
  /** Ends the pauses; what was refused has not happened. */
  readonly signal?: AbortSignal
  /** From 0 to 1. */
  readonly random?: () => number
}

/**
 * When a call is sent again. The SDK's own strategy gives up after seconds of throttling, repeats calls whose outcome is
 * unknown whether or not that makes a second VPC, and takes lack of capacity for a broken server.
 */
export function retryStrategy(options: RetryOptions): RetryStrategy {
  const {repeatable, impatient = false, clock, signal, random = Math.random} = options
  const {throttledFor, attempts} = impatient ? IMPATIENT : {throttledFor: THROTTLED_FOR, attempts: AMBIGUOUS_ATTEMPTS}

  /** Full jitter: clients that were throttled together must not come back together. */
  const pause = (retries: number, {base, cap}: {base: number; cap: number}): number =>
    Math.max(base / 10, random() * Math.min(cap, base * 2 ** retries))

  return {
    acquireInitialRetryToken: () => Promise.resolve(tokenOf({retries: 0, ambiguous: 0, since: clock.now()})),
    async refreshRetryTokenForRetry(token, {error}) {
      const {since, ambiguous} = token as State
      const retries = token.getRetryCount()
      const next = (more: number): State => tokenOf({retries: retries + 1, ambiguous: ambiguous + more, since})
      const kind = classOf(error)
      if (kind === 'throttle' && clock.now() - since < throttledFor) {
        await clock.sleep(pause(retries, THROTTLE_PAUSE), signal)
        return next(0)
      }
      if (impatient && ['ENOTFOUND', 'EAI_AGAIN'].includes(codeOf(error) ?? '')) throw error
      if (wasNotSent(error) || (kind === 'ambiguous' && repeatable)) {
        if (ambiguous + 1 >= attempts) throw error
        await clock.sleep(pause(ambiguous, AMBIGUOUS_PAUSE), signal)
        return next(1)
      }
      throw error
    },
    recordSuccess: () => undefined,
  }
}

/** Nothing was listening, or the name is not known: whatever was asked for has not happened. */
function wasNotSent(error: unknown): boolean {
  return ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(codeOf(error) ?? '') || isCorrectedClock(error)
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
}

/** A call refused for its time, from whose answer the SDK has learnt how far off this machine's clock is. */
function isCorrectedClock(error: unknown): boolean {
  if (classOf(error) !== 'auth' || !(error instanceof Error) || !('$metadata' in error)) return false
  return (error.$metadata as {clockSkewCorrected?: boolean} | undefined)?.clockSkewCorrected === true
}

function tokenOf(state: {retries: number; ambiguous: number; since: number}): State {
  return {
    since: state.since,
    ambiguous: state.ambiguous,
    getRetryCount: () => state.retries,
    getRetryDelay: () => 0,
  }
}
