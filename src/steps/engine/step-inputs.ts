import {inputsDigest} from './journal.js'
import type {Json} from './json.js'
import {needsOf} from './plan.js'
import type {EditionContext, Step} from './step.js'

/** What is known of a need that is done. */
export interface DoneNeed {
  readonly output: Json
  /**
   * When what it stands for was made (ISO 8601). What is made again may have the same output and still be another thing,
   * as a machine launched anew at the same address: whatever needs it is done again then.
   */
  readonly generation: string
}

/** What a step is given, and the digest by which a later run sees whether that is the same still. */
export interface StepInputs {
  readonly arguments: Readonly<Record<string, Json>>
  readonly digest: string
}

/** `needs` by step id: all that the step has. */
export function stepInputs(step: Step, needs: ReadonlyMap<string, DoneNeed>, context: EditionContext): StepInputs {
  const output = (need: Step): Json => needs.get(need.id)?.output ?? null
  const arguments_ = Object.fromEntries(
    Object.entries(step.needs).map(([name, need]) => [
      name,
      Array.isArray(need) ? need.map(output) : output(need as Step),
    ]),
  )
  const generations = [...new Set(needsOf(step).map(({id}) => id))].flatMap(id => {
    const need = needs.get(id)
    return need === undefined ? [] : [[id, need.generation]]
  })
  const edition = step.edition?.(context)
  const digest = inputsDigest({arguments: arguments_, generations, ...(edition !== undefined && {edition})})
  return {arguments: arguments_, digest}
}
