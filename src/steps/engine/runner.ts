import {allAtOnce, KhwError, messageOf, type Trouble} from '../../errors.js'
import type {RunContext, StepContext} from './context.js'
import type {RunListener, StepOutcome} from './events.js'
import {inputsDigest, madeAt, type Journal, type StepRecord} from './journal.js'
import type {Json} from './json.js'
import {needsOf, plannedPhases, type Plan} from './plan.js'
import type {Step} from './step.js'
import {explained} from '../../aws/explained.js'
import {takeInventory, type Inventory} from '../../aws/inventory.js'
import {stepTags} from '../../aws/tags.js'
import {attempt, look, LOOKED_FOR, OutcomeUnknown} from './attempts.js'
import {clientToken} from './client-token.js'
import {stepInputs, type DoneNeed} from './step-inputs.js'

export interface RunOptions {
  readonly plan: Plan
  readonly journal: Journal
  readonly context: RunContext
  readonly onEvent: RunListener
}

interface Finished extends DoneNeed {
  readonly at: number
}

/** What is on disk before the first side effect. */
type Intent = Pick<StepRecord & {status: 'running'}, 'token' | 'inputs' | 'startedAt'>

interface Performed {
  readonly output: Json
  readonly outcome: StepOutcome
  readonly generation: string
}

/**
 * Runs a plan: each step starts the moment its needs are done. After a failure or an abort nothing new starts, what is in
 * flight finishes and is recorded, then the run fails with every cause. Done work is kept, never rolled back.
 */
export async function runPlan({plan, journal, context, onEvent}: RunOptions): Promise<ReadonlyMap<string, Json>> {
  const {clock, signal} = context
  const records = journal.steps
  const running = new Map<string, Promise<Finished | undefined>>()
  const failures: {step: Step; error: Error}[] = []
  const stopped = (): boolean => failures.length > 0 || signal.aborted

  const phases = plannedPhases(plan)
  const phaseOf = new Map(phases.flatMap(({id, steps}) => steps.map(step => [step.id, id] as const)))
  const told = ({id, phase}: Step): {id: string; phase: string} => ({id, phase: phaseOf.get(id) ?? phase})
  onEvent({type: 'planned', phases})

  /** Steps that look at the same time share one answer: the day on which many look is the day on which calls are scarce. */
  let asked: {readonly at: number; readonly answer: Promise<Inventory>} | undefined
  const currentInventory = (): Promise<Inventory> => {
    if (asked === undefined || clock.now() - asked.at > 500)
      asked = {at: clock.now(), answer: takeInventory(context, context.clusterId, signal)}
    return asked.answer
  }

  /** Undefined: a need failed, or the run was stopped before the step could start. */
  const settle = async (step: Step): Promise<Finished | undefined> => {
    const needs = new Map<string, Finished>()
    for (const need of needsOf(step)) {
      const finished = await running.get(need.id)
      if (!finished) return undefined
      needs.set(need.id, finished)
    }
    for (const {id} of step.after ?? []) if (!(await running.get(id))) return undefined
    if (stopped()) return undefined
    const startedAt = clock.now()
    onEvent({type: 'step-started', ...told(step), at: startedAt})
    const seconds = (): number => (clock.now() - startedAt) / 1000
    try {
      const {output, outcome, generation} = await perform(step, needs, startedAt)
      onEvent({type: 'step-done', ...told(step), outcome, seconds: seconds()})
      return {output, at: clock.now(), generation}
    } catch (error) {
      const shown = explained(error, `Could not ${lowerFirst(step.title)}`)
      failures.push({step, error: shown})
      onEvent({type: 'step-failed', ...told(step), error: shown, seconds: seconds()})
      return undefined
    }
  }

  const perform = async (step: Step, needs: ReadonlyMap<string, Finished>, startedAt: number): Promise<Performed> => {
    const {arguments: arguments_, digest: inputs} = stepInputs(step, needs, context)
    const earlier = records[step.id]
    let token = tokenOf(earlier, inputs) ?? clientToken(context.clusterId, step.id, inputs, startedAt)
    const progress = (text: string): void => {
      onEvent({type: 'step-progress', ...told(step), text})
    }
    const contextFor = (clientToken: string): StepContext => contextOf(step, context, clientToken, progress)
    const done = (output: Json, outcome: StepOutcome, generation = new Date(clock.now()).toISOString()): Performed => {
      journal.record(step.id, {
        status: 'done',
        inputs,
        output,
        generation,
        startedAt: new Date(startedAt).toISOString(),
        seconds: (clock.now() - startedAt) / 1000,
        waitedFor: lastOf(needs),
      })
      return {output, outcome, generation}
    }

    const fresh = async (): Promise<Json | undefined> => {
      if (step.find === undefined) return undefined
      const inventory = await currentInventory()
      return step.find({...contextFor(token), inventory}, arguments_)
    }
    const found =
      step.find?.(contextFor(token), arguments_) ??
      (earlier !== undefined && mayAppear(step, earlier)
        ? await look({clock, signal, find: fresh}, madeAt(earlier) + LOOKED_FOR - clock.now())
        : undefined)
    if (earlier?.status === 'done') {
      const {output, generation} = earlier
      const same = step.find ? found !== undefined && inputsDigest(found) === inputsDigest(output) : true
      if (same && earlier.inputs === inputs) return {output, outcome: 'kept', generation}
      // Another need has changed, but not what this step made.
      if (same && found !== undefined) return done(found, 'kept', generation)
    }
    if (found !== undefined) return done(found, 'adopted')
    const intent = (): Intent => ({token, inputs, startedAt: new Date(startedAt).toISOString()})
    try {
      const {output, outcome} = await attempt({
        onRepeat: step.onRepeat,
        youngestNeed: Math.max(0, ...[...needs.values()].map(need => Date.parse(need.generation))),
        clock,
        signal,
        create: () => {
          journal.record(step.id, {status: 'running', ...intent(), sentAt: new Date(clock.now()).toISOString()})
          return step.create(contextFor(token), arguments_)
        },
        find: fresh,
        progress,
        renewToken: () => {
          token = clientToken(context.clusterId, step.id, inputs, clock.now())
        },
      })
      return done(output, outcome)
    } catch (error) {
      // It may have happened after all: the record says so as it stands.
      if (error instanceof OutcomeUnknown) throw error.cause
      journal.record(step.id, {status: 'failed', ...intent(), message: messageOf(error)})
      throw error
    }
  }

  /**
   * Whether the journal says that it may be there although the run's inventory does not have it (yet). However long ago
   * it was made: the inventory is as old as the run, and the step's turn may have come late.
   */
  const mayAppear = (step: Step, earlier: StepRecord): boolean => {
    const mayBeThere =
      (step.onRepeat === 'doubles' && earlier.status === 'running') ||
      (step.onRepeat !== undefined && step.onRepeat !== 'refuses' && earlier.status === 'done')
    if (!mayBeThere) return false
    // The very machine that the journal knows is there, or has ended: none is on its way. An older one says nothing.
    const known = earlier.status === 'done' ? JSON.stringify(earlier.output) : ''
    const {instances, ended} = context.inventory
    return ![...instances, ...ended].some(({InstanceId}) => InstanceId !== undefined && known.includes(InstanceId))
  }

  for (const step of plan.steps) running.set(step.id, settle(step))
  const finished = await Promise.all([...running].map(async ([id, promise]) => [id, await promise] as const))
  if (failures.length > 0 && !signal.aborted) throw runFailure(failures)
  signal.throwIfAborted()
  return new Map(finished.flatMap(([id, result]) => (result ? [[id, result.output]] : [])))
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}

/** The token of an attempt whose outcome is unknown or failed is used again, as long as the inputs are the same. */
function tokenOf(record: StepRecord | undefined, inputs: string): string | undefined {
  return record && record.status !== 'done' && record.inputs === inputs ? record.token : undefined
}

function lastOf(needs: ReadonlyMap<string, Finished>): string | null {
  let last: [string, Finished] | undefined
  for (const entry of needs) if (!last || entry[1].at > last[1].at) last = entry
  return last ? last[0] : null
}

function contextOf(step: Step, context: RunContext, token: string, progress: StepContext['progress']): StepContext {
  const tagList = (name: string) => stepTags({...context, clusterName: context.spec.name, stepId: step.id, name})
  return {
    ...context,
    stepId: step.id,
    clientToken: token,
    tags: (resourceType, name) => ({ResourceType: resourceType, Tags: tagList(name)}),
    tagList,
    progress,
  }
}

function runFailure(failures: readonly {step: Step; error: Error}[]): KhwError {
  const known = failures.map(f => f.error).filter(error => error instanceof KhwError)
  const troubles = failures.map(({step, error}): Trouble => {
    const suggestions = error instanceof KhwError ? error.suggestions : [AGAIN]
    return {message: `${step.id}: ${error.message}`, suggestions, cause: error}
  })
  return allAtOnce(known[0]?.code ?? 'STEP_FAILED', troubles, {exit: 69})
}

const AGAIN = 'Run the same command again: it goes on where it stopped.'
