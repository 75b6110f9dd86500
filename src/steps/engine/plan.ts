import {PHASES, type PhaseId} from '../phases.js'
import type {PlannedPhase} from './events.js'
import type {Step} from './step.js'

/** A directed acyclic graph of steps, in an order in which each step comes after its needs. */
export interface Plan {
  readonly steps: readonly Step[]
  /** Of one that is not a create: what it does, in its own words. Each step is in one of them. */
  readonly phases?: readonly PlannedPhase[]
}

/** Checks that ids are unique, that needs come first, and that no step is left out of the phases; all are bugs in a plan, not user errors. */
export function plan(steps: readonly Step[], phases?: readonly PlannedPhase[]): Plan {
  const seen = new Set<string>()
  for (const step of steps) {
    if (seen.has(step.id)) throw new Error(`two steps are called ${step.id}`)
    for (const need of [...needsOf(step), ...(step.after ?? [])]) {
      if (!seen.has(need.id)) throw new Error(`${step.id} needs ${need.id}, which does not come before it`)
    }
    seen.add(step.id)
  }
  const told = phases?.flatMap(phase => phase.steps.map(({id}) => id))
  if (told && told.toSorted().join() !== [...seen].toSorted().join())
    throw new Error('the phases of a plan do not have each of its steps once')
  return {steps, ...(phases && {phases})}
}

export function needsOf(step: Step): readonly Step[] {
  return Object.values(step.needs).flat()
}

/** The steps up to and including a phase, with whatever comes before them. */
export function upTo(whole: Plan, phase: PhaseId): Plan {
  const last = PHASES.findIndex(p => p.id === phase)
  return withBefore(
    whole,
    whole.steps.filter(step => PHASES.findIndex(p => p.id === step.phase) <= last),
  )
}

/** Those steps of a plan, with whatever comes before them. */
export function withBefore({steps, phases}: Plan, ends: readonly Step[]): Plan {
  // What comes before a step may be more in this plan than in the one that its needs were taken from.
  const own = new Map(steps.map(step => [step.id, step]))
  const wanted = new Set<string>()
  const want = ({id}: Step): void => {
    const step = own.get(id)
    if (step === undefined || wanted.has(id)) return
    wanted.add(id)
    for (const each of [...needsOf(step), ...(step.after ?? [])]) want(each)
  }
  ends.forEach(want)
  const part = <T extends {readonly id: string}>(all: readonly T[]): readonly T[] =>
    all.filter(({id}) => wanted.has(id))
  return plan(
    part(steps),
    phases?.map(phase => ({...phase, steps: part(phase.steps)})),
  )
}

/** The plan as onlookers see it: phases in their order, empty ones left out. */
export function plannedPhases({steps, phases}: Plan): readonly PlannedPhase[] {
  const all = phases ?? PHASES.map(({id, title}) => ({id, title, steps: steps.filter(({phase}) => phase === id)}))
  return all
    .map(phase => ({...phase, steps: phase.steps.map(({id, title}) => ({id, title}))}))
    .filter(phase => phase.steps.length > 0)
}
