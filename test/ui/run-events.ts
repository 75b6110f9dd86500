import type {PlannedPhase, RunEvent} from '../../src/steps/engine/events.js'
import {PHASES} from '../../src/steps/phases.js'

const NODES = ['controller-1', 'controller-2', 'controller-3', 'worker-1', 'worker-2', 'worker-3']

/** Every phase with a step for each of six nodes: more than a small terminal has rows for. */
export function phases(): PlannedPhase[] {
  return PHASES.map(({id, title}) => ({
    id,
    title,
    steps: NODES.map(node => ({id: stepId(id, node), title: `Do ${id} on ${node}`})),
  }))
}

export function stepIds(phase: string): string[] {
  return NODES.map(node => stepId(phase, node))
}

export function started(phase: string, id: string, at: number): RunEvent {
  return {type: 'step-started', id, phase, at}
}

export function done(phase: string, id: string, outcome: 'created' | 'kept' = 'created'): RunEvent {
  return {type: 'step-done', id, phase, outcome, seconds: 1}
}

export function failed(phase: string, id: string, message: string): RunEvent {
  return {type: 'step-failed', id, phase, error: new Error(message), seconds: 1}
}

export function said(phase: string, id: string, text: string): RunEvent {
  return {type: 'step-progress', id, phase, text}
}

function stepId(phase: string, node: string): string {
  return `${phase}/step/${node}`
}
