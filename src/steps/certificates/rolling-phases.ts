import {controllersOf} from '../../cluster/addressing.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import type {PlannedPhase} from '../engine/events.js'
import {needsOf} from '../engine/plan.js'
import type {Step} from '../engine/step.js'

export interface Rollout {
  /** What is given to the nodes: `certificates`. */
  readonly what: string
  /** All that is done to each, controllers first; to no worker, where there is nothing for them. */
  readonly ofNodes: readonly (readonly Step[])[]
  /** What else it is about. */
  readonly beside: readonly PlannedPhase[]
}

/**
 * How a plan is told that gives something to one node after the other: by the nodes. Whatever else they come after is only
 * looked at, and what comes after them is the check at the end.
 */
export function rollingPhases(
  spec: ClusterSpec,
  steps: readonly Step[],
  {what, ofNodes, beside}: Rollout,
): readonly PlannedPhase[] {
  const idsOf = (all: readonly {readonly id: string}[]): Set<string> => new Set(all.map(({id}) => id))
  const ofNode = idsOf(ofNodes.flat())
  const later = new Set<string>()
  for (const step of steps)
    if ([...needsOf(step), ...(step.after ?? [])].some(({id}) => ofNode.has(id) || later.has(id))) later.add(step.id)
  const isLater = (phase: PlannedPhase): boolean => phase.steps.some(({id}) => later.has(id))
  const told = idsOf(beside.flatMap(phase => phase.steps))
  const others = steps.filter(({id}) => !ofNode.has(id) && !told.has(id))
  return [
    {id: 'there', title: 'See that everything is there', steps: others.filter(({id}) => !later.has(id))},
    ...beside.filter(phase => !isLater(phase)),
    ...controllersOf(spec).map(({name}, i) => ({
      id: name,
      title: `Take the ${what} to ${name}`,
      steps: ofNodes[i] ?? [],
    })),
    {id: 'workers', title: `Take the ${what} to the workers`, steps: ofNodes.slice(spec.controllers).flat()},
    ...beside.filter(isLater),
    {id: 'verify', title: 'Verify the cluster', steps: others.filter(({id}) => later.has(id))},
  ]
}
