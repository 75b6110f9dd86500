import type {PhaseId} from '../phases.js'
import type {Json} from './json.js'
import type {RunContext, StepContext} from './context.js'

/**
 * One thing that a create does, as a value. Steps are pure data and functions of their context: they never print, never
 * read flags, and keep nothing between calls.
 */
export interface Step<Output extends Json = Json, Needs extends StepNeeds = StepNeeds> {
  /** Stable path: `network/vpc`, `compute/instance/worker-1`. It is the journal's key and the `khw:step` tag. */
  readonly id: string
  readonly phase: PhaseId
  /** Imperative, without a full stop. */
  readonly title: string
  /** Steps whose outputs this one takes; a list where it needs the same of several nodes. */
  readonly needs: Needs
  /** Steps that come before it and give it nothing: for who must not be at work at the same time. */
  readonly after?: readonly Step[]
  /** What it depends on beside its needs: when that is another, it is done again. */
  readonly edition?: (context: EditionContext) => Json | undefined
  /** Only of a step that makes an EC2 resource, which then carries the step's id as a tag. */
  readonly onRepeat?: OnRepeat
  /** Of a step that changes something of AWS without making a resource: how many calls that takes on a good day. */
  readonly changes?: number
  /**
   * What is there already, from the inventory read at the start of the run. A step that has it is checked against AWS
   * on every run (AWS wins over the journal); a step without it is done when the journal says so.
   */
  find?(context: LookContext, needs: OutputsOf<Needs>): Output | undefined
  /** Makes it. Called again with the same client token after a crash, so it must be idempotent. */
  create(context: StepContext, needs: OutputsOf<Needs>): Promise<Output>
}

/** What a step goes by that only looks whether it is done. */
export type LookContext = Pick<StepContext, 'inventory' | 'stepId' | 'access'>

/** What else than its needs a step may be made from. */
export type EditionContext = Pick<RunContext, 'spec' | 'access' | 'artifacts' | 'issuance' | 'keys'>

/**
 * What AWS does with a second call like the one that made a resource: `doubles` makes another one, `refuses` it (or answers
 * as before) by a name or an address range that may be there only once, `repeats` its first answer, by the client token.
 */
export type OnRepeat = 'doubles' | 'refuses' | 'repeats'

/** For a step that needs nothing, or that has nothing to say when it is done. */
export type Nothing = Readonly<Record<string, never>>

export interface StepNeeds {
  readonly [name: string]: Step | readonly Step[]
}

export type OutputsOf<Needs extends StepNeeds> = {
  readonly [Name in keyof Needs]: NonNullable<Needs[Name]> extends readonly Step<infer Output>[]
    ? readonly Output[]
    : NonNullable<Needs[Name]> extends Step<infer Output>
      ? Output
      : Json
}

/** Declares a step with its output and needs inferred. */
export function defineStep<Output extends Json, Needs extends StepNeeds>(
  step: Step<Output, Needs>,
): Step<Output, Needs> {
  return step
}
