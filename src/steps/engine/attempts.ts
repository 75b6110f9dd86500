import {awsErrorCode, classOf} from '../../aws/errors.js'
import type {Clock} from '../../clock.js'
import type {Json} from './json.js'
import type {OnRepeat} from './step.js'
import {poll} from './wait-until.js'

/** EC2 promises to show everywhere what it has made within five minutes; one more for the answers to come. Milliseconds. */
export const VISIBLE_WITHIN = 360_000

/** How long something that a lost call may have made is looked for before it is made again. Milliseconds. */
export const LOOKED_FOR = 120_000

/** How long the one that stands in the way is given to go. Milliseconds. */
const UNBLOCKED_WITHIN = 180_000

/** Times a call is sent of which it cannot be known whether it happened; each time the SDK has tried for itself. */
const AMBIGUOUS_TRIES = 3

const PAUSE = {first: 1_000, longest: 8_000}

export interface AttemptOptions {
  readonly onRepeat: OnRepeat | undefined
  /** When the youngest thing that the step needs was made, in milliseconds since 1970. */
  readonly youngestNeed: number
  readonly clock: Clock
  readonly signal: AbortSignal
  create(): Promise<Json>
  /** What AWS has of it now, asked afresh; undefined if nothing, or if the step cannot tell. */
  find(): Promise<Json | undefined>
  /** Tells onlookers what takes so long. */
  progress(text: string): void
  /** Draws another client token: the one in use stands for a machine that has ended. */
  renewToken(): void
}

export interface Attempted {
  readonly output: Json
  readonly outcome: 'created' | 'adopted'
}

/** What ended an attempt after an answer was lost: the call may have happened, and the next run has to look. */
export class OutcomeUnknown extends Error {
  override readonly cause: Error

  constructor(cause: Error) {
    super(cause.message)
    this.cause = cause
  }
}

/**
 * Calls `create` until it is certain what became of it. NotFound is waited out while what the step needs is young; an
 * answer that was lost is looked up before the call is repeated, and what an earlier call has made is adopted.
 */
export async function attempt(options: AttemptOptions): Promise<Attempted> {
  const lost = {times: 0}
  try {
    return await attempts(options, lost)
  } catch (error) {
    if (lost.times === 0 || !(error instanceof Error)) throw error
    throw new OutcomeUnknown(error)
  }
}

async function attempts(options: AttemptOptions, lost: {times: number}): Promise<Attempted> {
  const {clock, signal, youngestNeed, onRepeat} = options
  const visibleBy = youngestNeed + VISIBLE_WITHIN
  let pause = PAUSE.first
  let renewed = false
  let blockedSince: number | undefined
  for (;;) {
    try {
      return {output: await options.create(), outcome: 'created'}
    } catch (error) {
      if (!(error instanceof Error) || awsErrorCode(error) === undefined) throw error
      switch (classOf(error)) {
        case 'not-found':
          if (clock.now() >= visibleBy) throw error
          break
        case 'ambiguous': {
          lost.times += 1
          options.progress('the answer was lost: looking whether it was done')
          // What EC2 would refuse to make twice may be asked for once more before it is waited for.
          const found = await look(options, onRepeat === 'doubles' || lost.times > 1 ? LOOKED_FOR : 0)
          if (found !== undefined) return {output: found, outcome: 'adopted'}
          if (lost.times >= AMBIGUOUS_TRIES) throw error
          break
        }
        case 'already-there': {
          const found = await look(options, LOOKED_FOR)
          if (found === undefined) throw error
          return {output: found, outcome: 'adopted'}
        }
        case 'token':
          if (renewed || awsErrorCode(error) !== 'IdempotentInstanceTerminated') throw error
          renewed = true
          options.renewToken()
          continue
        case 'blocked':
          // The address of a machine that is being replaced is free once that one has ended.
          blockedSince ??= clock.now()
          if (clock.now() >= blockedSince + UNBLOCKED_WITHIN) throw error
          break
        case 'throttle':
        case 'capacity':
        case 'quota':
        case 'auth':
        case 'other':
          throw error
      }
      await clock.sleep(pause, signal)
      pause = Math.min(pause * 2, PAUSE.longest)
    }
  }
}

/** Looks at once, and again until `patience` (milliseconds) is over. */
export async function look(
  {clock, signal, find}: Pick<AttemptOptions, 'clock' | 'signal' | 'find'>,
  patience: number,
): Promise<Json | undefined> {
  const timing = {until: clock.now() + patience, every: PAUSE.first, slowest: PAUSE.longest, clock, signal}
  return poll(async isLast => {
    try {
      return await find()
    } catch (error) {
      // The line that lost an answer may lose this one, too.
      if (isLast || !['ambiguous', 'throttle'].includes(classOf(error))) throw error
      return undefined
    }
  }, timing)
}
