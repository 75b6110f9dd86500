import {controllersOf} from '../../cluster/addressing.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import {required} from '../../aws/required.js'
import {nodeSteps, rolling} from '../certificates/renew-plan.js'
import {rollingPhases} from '../certificates/rolling-phases.js'
import {plan, withBefore, type Plan} from '../engine/plan.js'
import type {Step} from '../engine/step.js'
import {rewritten} from './rewritten.js'
import type {Rotation} from './rotation.js'
import {tokens} from './tokens.js'

/**
 * Takes the keys, as they are, to one controller after the other; then, once new ones are in use everywhere, does what
 * has to be done before the old ones may go.
 */
export function rotationPlan(spec: ClusterSpec, rotations: readonly Rotation[]): Plan {
  return rotation(spec, rotations).whole
}

/** Only what the next stage has to wait for: the controllers, and nothing of what comes after them. */
export function stagePlan(spec: ClusterSpec, rotations: readonly Rotation[]): Plan {
  const {whole, ends} = rotation(spec, rotations)
  return withBefore(whole, ends)
}

function rotation(
  spec: ClusterSpec,
  rotations: readonly Rotation[],
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
  const phases = rollingPhases(spec, all, {
    what: 'keys',
    ofNodes: nodeSteps(steps, configured.slice(0, controllers.length), checks),
    beside: tail.map(step => ({id: step.id, title: step.title, steps: [step]})),
  })
  return {whole: plan(all, phases), ends: [...everywhere, ...tail]}
}
