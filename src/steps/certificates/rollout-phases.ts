import {controllersOf} from '../../cluster/addressing.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import type {PlannedPhase} from '../engine/events.js'
import {needsOf} from '../engine/plan.js'
import type {Step} from '../engine/step.js'
import type {Rolling} from './renew-plan.js'

/** What one node after the other is given; workers have no use for the keys. */
export type Given = 'certificates' | 'keys'

/**
 * How a plan is told that gives something to one node after the other: by the nodes. Whatever else they come after is only
 * looked at, and what comes after them is the check at the end. `beside`: phases of what else it is about.
 */
export function rolloutPhases(
  spec: ClusterSpec,
  {created, steps, checks}: Rolling,
  gives: Given,
  beside: readonly PlannedPhase[] = [],
): readonly PlannedPhase[] {
  const {certificates, configured} = created
  const served = gives === 'keys' ? configured.slice(0, spec.controllers) : configured
  const nodes = served.map((step, i): readonly Step[] => [step, ...(checks[i] ?? [])])
  const issued =
    gives === 'certificates' ? [{id: 'certificates', title: 'Issue the certificates', steps: [certificates]}] : []
  const own = idsOf([...nodes, ...[...issued, ...beside].map(phase => phase.steps)].flat())
  const later = comingAfter(steps, idsOf(nodes.flat()))
  const others = steps.filter(({id}) => !own.has(id))
  return [
    {id: 'there', title: 'See that everything is there', steps: others.filter(({id}) => !later.has(id))},
    ...issued,
    ...controllersOf(spec).map(({name}, i) => ({
      id: name,
      title: `Take the ${gives} to ${name}`,
      steps: nodes[i] ?? [],
    })),
    {id: 'workers', title: `Take the ${gives} to the workers`, steps: nodes.slice(spec.controllers).flat()},
    ...beside,
    {id: 'verify', title: 'Verify the cluster', steps: others.filter(({id}) => later.has(id))},
  ]
}

function idsOf(steps: readonly {readonly id: string}[]): ReadonlySet<string> {
  return new Set(steps.map(({id}) => id))
}

function comingAfter(steps: readonly Step[], first: ReadonlySet<string>): ReadonlySet<string> {
  const later = new Set<string>()
  for (const step of steps)
    if ([...needsOf(step), ...(step.after ?? [])].some(({id}) => first.has(id) || later.has(id))) later.add(step.id)
  return later
}
