import {controllersOf} from '../../cluster/addressing.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import {required} from '../../aws/required.js'
import {rolling} from '../certificates/renew-plan.js'
import {rolloutPhases, type Given} from '../certificates/rollout-phases.js'
import {plan, withBefore, type Plan} from '../engine/plan.js'
import type {Step} from '../engine/step.js'
import {rewritten} from './rewritten.js'
import type {Rotation} from './rotation.js'
import {tokens} from './tokens.js'

/**
 * Takes the keys, as they are, to one controller after the other; then, once new ones are in use everywhere, does what
 * has to be done before the old ones may go. `gives`: what it is told to be about; as a create without.
 */
export function rotationPlan(spec: ClusterSpec, rotations: readonly Rotation[], gives?: Given): Plan {
  return rotation(spec, rotations, gives).whole
}

/** Only what the next stage has to wait for: the controllers, and nothing of what comes after them. */
export function stagePlan(spec: ClusterSpec, rotations: readonly Rotation[]): Plan {
  const {whole, ends} = rotation(spec, rotations, 'keys')
  return withBefore(whole, ends)
}

function rotation(
  spec: ClusterSpec,
  rotations: readonly Rotation[],
  gives: Given | undefined,
): {readonly whole: Plan; readonly ends: readonly Step[]} {
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
  const all = [...steps, ...tail]
  const beside = tail.map(step => ({id: step.id, title: step.title, steps: [step]}))
  const phases = gives && rolloutPhases(spec, {created, steps: all, checks}, gives, beside)
  return {whole: plan(all, phases), ends: [...everywhere, ...tail]}
}
