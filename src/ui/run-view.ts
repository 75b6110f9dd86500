import {KhwError} from '../errors.js'
import type {PlannedPhase, RunEvent} from '../steps/engine/events.js'

export type PhaseState = 'waiting' | 'running' | 'done' | 'failed'

/** One running step as the reader sees it. */
export interface ActiveStep {
  readonly id: string
  readonly title: string
  readonly startedAt: number
  /** What it last said of itself; empty until then. */
  readonly text: string
}

/** What is known of one phase of a run. Times are milliseconds since the epoch. */
export interface PhaseView {
  readonly id: string
  readonly title: string
  readonly total: number
  readonly finished: number
  /** How many of the finished ones had nothing to do. */
  readonly kept: number
  readonly failures: readonly {readonly title: string; readonly message: string}[]
  readonly active: readonly ActiveStep[]
  readonly startedAt: number | undefined
  readonly endedAt: number | undefined
  readonly state: PhaseState
}

interface Phase {
  readonly planned: PlannedPhase
  readonly titles: ReadonlyMap<string, string>
  readonly active: Map<string, ActiveStep>
  readonly failures: {title: string; message: string}[]
  finished: number
  kept: number
  startedAt: number | undefined
  endedAt: number | undefined
}

/** Follows the events of a run and answers what a reader should see of it. Draws nothing. */
export class RunView {
  #phases = new Map<string, Phase>()
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  get phases(): readonly PhaseView[] {
    return [...this.#phases.values()].map(viewOf)
  }

  phase(id: string): PhaseView | undefined {
    const phase = this.#phases.get(id)
    return phase && viewOf(phase)
  }

  apply(event: RunEvent): void {
    if (event.type === 'planned') {
      this.#phases = new Map(event.phases.map(planned => [planned.id, newPhase(planned)]))
      return
    }
    const phase = this.#phases.get(event.phase)
    if (!phase) return
    const title = phase.titles.get(event.id) ?? event.id
    switch (event.type) {
      case 'step-started':
        phase.startedAt ??= event.at
        phase.endedAt = undefined
        phase.active.set(event.id, {id: event.id, title, startedAt: event.at, text: ''})
        return
      case 'step-progress': {
        const step = phase.active.get(event.id)
        if (step) phase.active.set(event.id, {...step, text: event.text})
        return
      }
      case 'step-done':
        phase.finished += 1
        if (event.outcome === 'kept') phase.kept += 1
        this.#end(phase, event.id)
        return
      case 'step-failed':
        if (!isInterruption(event.error)) phase.failures.push({title, message: event.error.message})
        this.#end(phase, event.id)
        return
    }
  }

  #end(phase: Phase, id: string): void {
    phase.active.delete(id)
    if (phase.active.size === 0) phase.endedAt = this.#now()
  }
}

/** A step that was told to stop has not failed: the reader did it. */
export function isInterruption(error: Error): boolean {
  return error.name === 'AbortError' || (error instanceof KhwError && error.code === 'INTERRUPTED')
}

function newPhase(planned: PlannedPhase): Phase {
  return {
    planned,
    titles: new Map(planned.steps.map(step => [step.id, step.title])),
    active: new Map(),
    failures: [],
    finished: 0,
    kept: 0,
    startedAt: undefined,
    endedAt: undefined,
  }
}

function viewOf(phase: Phase): PhaseView {
  return {
    id: phase.planned.id,
    title: phase.planned.title,
    total: phase.planned.steps.length,
    finished: phase.finished,
    kept: phase.kept,
    failures: phase.failures,
    active: [...phase.active.values()].sort((a, b) => a.startedAt - b.startedAt),
    startedAt: phase.startedAt,
    endedAt: phase.endedAt,
    state: stateOf(phase),
  }
}

function stateOf(phase: Phase): PhaseState {
  if (phase.failures.length > 0) return 'failed'
  if (phase.finished >= phase.planned.steps.length) return 'done'
  // Between two steps of one phase nothing may run; to the reader it goes on all the same.
  return phase.startedAt === undefined ? 'waiting' : 'running'
}
