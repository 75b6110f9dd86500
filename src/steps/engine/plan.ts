import {PHASES, type PhaseId} from '../phases.js'
import type {PlannedPhase} from './events.js'
import type {Step} from './step.js'

/** A directed acyclic graph of steps, in an order in which each step comes after its needs. */
export interface Plan {
  readonly steps: readonly Step[]
  /** What a phase is called in this one, where that is not what it is called in a create. */
  readonly titles?: Titles
}

type Titles = Readonly<Partial<Record<PhaseId, string>>>

/** Checks that ids are unique and that needs come first; both are bugs in a plan, not user errors. */
export function plan(steps: readonly Step[], titles?: Titles): Plan {
  const seen = new Set<string>()
  for (const step of steps) {
    if (seen.has(step.id)) throw new Error(`two steps are called ${step.id}`)
    for (const need of [...needsOf(step), ...(step.after ?? [])]) {
      if (!seen.has(need.id)) throw new Error(`${step.id} needs ${need.id}, which does not come before it`)
    }
    seen.add(step.id)
  }
  return {steps, ...(titles && {titles})}
}

export function needsOf(step: Step): readonly Step[] {
  return Object.values(step.needs).flat()
}

/** The steps up to and including a phase, with whatever they need. */
export function upTo(whole: Plan, phase: PhaseId): Plan {
  const last = PHASES.findIndex(p => p.id === phase)
  const wanted = new Set<string>()
  const want = (step: Step): void => {
    if (wanted.has(step.id)) return
    wanted.add(step.id)
    needsOf(step).forEach(want)
  }
  whole.steps.filter(step => PHASES.findIndex(p => p.id === step.phase) <= last).forEach(want)
  return {steps: whole.steps.filter(step => wanted.has(step.id))}
}

/** The plan as onlookers see it: phases in their order, empty ones left out. */
export function plannedPhases(whole: Plan): readonly PlannedPhase[] {
  return PHASES.map(({id, title}) => ({
    id,
    title: whole.titles?.[id] ?? title,
    steps: whole.steps.filter(step => step.phase === id).map(step => ({id: step.id, title: step.title})),
  })).filter(phase => phase.steps.length > 0)
}
