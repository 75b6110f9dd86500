import {controllersOf} from '../../cluster/addressing.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import {required} from '../../aws/required.js'
import {rolling} from '../certificates/renew-plan.js'
import {needsOf, plan, type Plan} from '../engine/plan.js'
import type {Step} from '../engine/step.js'
import {rewritten} from './rewritten.js'
import type {Rotation} from './rotation.js'
import {tokens} from './tokens.js'

/**
 * Takes the keys, as they are, to one controller after the other; then, once new ones are in use everywhere, does what
 * has to be done before the old ones may go.
 */
export function rotationPlan(spec: ClusterSpec, rotations: readonly Rotation[]): Plan {
  return plan(rotationSteps(spec, rotations).steps)
}

/** Only what the next stage has to wait for: the controllers, and nothing of what comes after them. */
export function stagePlan(spec: ClusterSpec, rotations: readonly Rotation[]): Plan {
  const {steps, ends} = rotationSteps(spec, rotations)
  const wanted = new Set<string>()
  const want = (step: Step): void => {
    if (wanted.has(step.id)) return
    wanted.add(step.id)
    for (const each of [...needsOf(step), ...(step.after ?? [])]) want(each)
  }
  ends.forEach(want)
  return plan(steps.filter(({id}) => wanted.has(id)))
}

function rotationSteps(
  spec: ClusterSpec,
  rotations: readonly Rotation[],
): {readonly steps: readonly Step[]; readonly ends: readonly Step[]} {
  const {steps, checks, created} = rolling(spec)
  const controllers = controllersOf(spec)
  const everywhere = checks.slice(0, controllers.length).flat()
  const {addresses, configured} = created
  const needs = {addresses, configured: required(configured[0], 'controller-1')}
  const inUse = rotations.filter(({stage}) => stage === 'in-use').map(({key}) => key)
  const tail: readonly Step[] = [
    ...(inUse.includes('encryption') ? [rewritten(required(controllers[0], 'controller-1'), needs, everywhere)] : []),
    ...(inUse.includes('service-account') ? [tokens({addresses}, everywhere)] : []),
  ]
  return {steps: [...steps, ...tail], ends: [...everywhere, ...tail]}
}
