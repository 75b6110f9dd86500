import {setMaxListeners} from 'node:events'
import {awsClients} from '../../aws/clients.js'
import {awsErrorCode, classOf} from '../../aws/errors.js'
import {explained} from '../../aws/explained.js'
import {systemClock, type Clock} from '../../clock.js'
import {allAtOnce, KhwError, messageOf} from '../../errors.js'
import {failuresOf, type Check, type Finding, type PreflightContext, type Subject} from './check.js'
import {untilAborted} from '../engine/within.js'
import {CHECKS} from './checks.js'
import {preflightFacts, type PreflightFacts} from './facts.js'
import {identity} from './identity.js'

/** Milliseconds that one check may take; all run at the same time. */
const TIMEOUT = 12_000

export interface Preflight {
  readonly findings: readonly Finding[]
  /** What was found out on the way: to be asked for only if all is well. */
  readonly facts: PreflightFacts
  /** Throws what is in the way: the one failure as it is, several as CHECK_FAILED with all of them. */
  readonly refuseFailed: () => void
}

export interface PreflightOptions extends Subject {
  readonly signal: AbortSignal
  readonly clock?: Clock
  readonly checks?: readonly Check[]
  /** Milliseconds. */
  readonly timeout?: number
  readonly addressSources?: readonly [string, string]
}

interface Outcome {
  readonly check: Check
  /** One, or as many as there is wrong. */
  readonly findings: readonly Finding[]
  readonly error?: KhwError
}

/** Looks at everything that could be in the way of a create, at the same time, and makes nothing. */
export async function runPreflight(options: PreflightOptions): Promise<Preflight> {
  const {clock = systemClock, checks = CHECKS, timeout = TIMEOUT, resumed, spec, access} = options
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(timeout)])
  // Every call of every check listens to it.
  setMaxListeners(0, signal)
  const clients = awsClients(access, {signal, clock, impatient: true})
  const facts = preflightFacts({...options, spec, access, clients, signal})
  const context: PreflightContext = {...options, clients, facts, clock, signal}
  const wanted = checks.filter(
    check => (resumed === undefined || check.onResume === true) && (check.concerns?.(options) ?? true),
  )
  try {
    const stranger = new AbortController()
    const signedIn = AbortSignal.any([signal, stranger.signal])
    // Each check listens to it, and there are more of them than Node takes for sound.
    setMaxListeners(0, signedIn)
    const outcomes = await Promise.all(
      wanted.map(async check => {
        const within = check.signedIn === true ? signedIn : signal
        const outcome = await outcomeOf(check, context, {outer: options.signal, within})
        if (check === identity && outcome.error !== undefined) stranger.abort()
        return outcome
      }),
    )
    options.signal.throwIfAborted()
    const told = onceEach(stranger.signal.aborted ? outcomes.filter(({check}) => check.signedIn !== true) : outcomes)
    return {
      findings: told.flatMap(({findings}) => findings),
      facts,
      refuseFailed: () => {
        refuse(told)
      },
    }
  } finally {
    clients.close()
  }
}

interface Limits {
  /** The caller's own: what it ends is not to be told. */
  readonly outer: AbortSignal
  readonly within: AbortSignal
}

async function outcomeOf(check: Check, context: PreflightContext, {outer, within}: Limits): Promise<Outcome> {
  const {name} = check
  try {
    const {detail, fix = null} = await untilAborted(within, () => check.run(context))
    return {check, findings: [{check: name, ok: true, detail, fix}]}
  } catch (error) {
    if (within.aborted && !outer.aborted) return late(check)
    const known = explained(error, `Could not look at ${name}`)
    if (!(known instanceof KhwError)) throw error
    const isOurs = error instanceof KhwError
    if (check.optional === true && !isOurs) return {check, findings: [unchecked(name, error)]}
    return {check, findings: failuresOf(name, known), error: known}
  }
}

/** What AWS says to all of them alike is told once, by the first. */
function onceEach(outcomes: readonly Outcome[]): Outcome[] {
  const said = new Set<string>()
  return outcomes.filter(({error}) => {
    if (error === undefined || awsErrorCode(error.cause) === undefined) return true
    const text = messageOf(error.cause)
    if (said.has(text)) return false
    said.add(text)
    return true
  })
}

function late(check: Check): Outcome {
  const detail = `There was no answer within ${TIMEOUT / 1000} s.`
  const fix = 'Check the network and HTTPS_PROXY, then run the same command again.'
  if (check.optional === true)
    return {check, findings: [{check: check.name, ok: true, detail: `Not checked: ${detail}`, fix}]}
  const error = new KhwError('TIMEOUT', `${check.name}: ${detail}`, [fix])
  return {check, findings: [{check: check.name, ok: false, detail, fix}], error}
}

function unchecked(name: string, error: unknown): Finding {
  const fix = classOf(error) === 'auth' ? 'Allow it (khw iam policy), or look for yourself' : 'Look for yourself'
  return {check: name, ok: true, detail: `Not checked: ${messageOf(error)}`, fix}
}

function refuse(outcomes: readonly Outcome[]): void {
  const failed = outcomes.flatMap(({error}) => error ?? [])
  const [only, ...more] = failed
  if (only === undefined) return
  throw more.length === 0 ? only : allAtOnce('CHECK_FAILED', failed)
}
