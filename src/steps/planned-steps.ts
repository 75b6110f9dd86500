import {resourcesOf} from '../aws/inventory.js'
import {STEP_TAG, tagValue} from '../aws/tags.js'
import type {RunContext} from './engine/context.js'
import {inputsDigest, type Journal, type StepRecord} from './engine/journal.js'
import {needsOf, type Plan} from './engine/plan.js'
import {stepInputs, type DoneNeed} from './engine/step-inputs.js'
import type {EditionContext, Step} from './engine/step.js'
import type {PhaseId} from './phases.js'

export interface PlannedStep {
  readonly id: string
  readonly phase: PhaseId
  readonly title: string
  readonly needs: readonly string[]
  /**
   * `adopt`: it is there, though no record says so; `keep`: it is done; `check`: it was done, and something that it is made
   * from is made anew, so that it is gone through again and changes what is no longer right.
   */
  readonly action: 'create' | 'adopt' | 'check' | 'keep'
}

/** What is known of a cluster. */
export interface Known extends EditionContext, Pick<RunContext, 'inventory'> {
  readonly journal: Pick<Journal, 'steps'>
}

/** What a run would do, as the runner would; nothing is known of a cluster that is not there. */
export function plannedSteps({steps}: Plan, known: Known | undefined): PlannedStep[] {
  const resources = known === undefined ? [] : resourcesOf(known.inventory)
  const made = new Set(resources.map(({tags}) => tagValue(tags, STEP_TAG)))
  const actions = new Map<string, PlannedStep['action']>()
  const actionOf = (step: Step): PlannedStep['action'] => {
    const record = known?.journal.steps[step.id]
    if (step.onRepeat !== undefined)
      return made.has(step.id) ? (record?.status === 'done' ? 'keep' : 'adopt') : 'create'
    if (known === undefined || record?.status !== 'done') return 'create'
    // What they will give is not known yet.
    if (needsOf(step).some(({id}) => actions.get(id) !== 'keep')) return 'check'
    return again(step, record, known)
  }
  return steps.map(step => {
    const action = actionOf(step)
    actions.set(step.id, action)
    const {id, phase, title} = step
    return {id, phase, title, needs: needsOf(step).map(need => need.id), action}
  })
}

/** What becomes of a step that is done, whose needs are kept. */
function again(step: Step, record: StepRecord & {status: 'done'}, known: Known): PlannedStep['action'] {
  const inputs = stepInputs(step, doneNeeds(step, known), known)
  if (step.find === undefined) return inputs.digest === record.inputs ? 'keep' : 'check'
  const found = step.find({...known, stepId: step.id}, inputs.arguments)
  if (found === undefined) return 'create'
  return inputsDigest(found) === inputsDigest(record.output) ? 'keep' : 'adopt'
}

function doneNeeds(step: Step, {journal}: Known): ReadonlyMap<string, DoneNeed> {
  return new Map(
    needsOf(step).flatMap(({id}) => {
      const record = journal.steps[id]
      return record?.status === 'done' ? [[id, record] as const] : []
    }),
  )
}
