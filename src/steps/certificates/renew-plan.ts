import {controllersOf, nodesOf} from '../../cluster/addressing.js'
import {hasLoadBalancer, type ClusterSpec} from '../../cluster/spec.js'
import {KhwError} from '../../errors.js'
import {apiServer} from '../control-plane/api-server.js'
import {livePublicIps} from '../compute/node-instance.js'
import {createSteps, type CreateSteps} from '../create-plan.js'
import type {RunContext} from '../engine/context.js'
import {plan, type Plan} from '../engine/plan.js'
import type {Step} from '../engine/step.js'
import {quorum} from '../etcd/quorum.js'
import {targetGroup} from '../load-balancer/target-group.js'
import {operatorApi} from '../operator/operator-api.js'
import {balanced} from './balanced.js'
import {rolloutPhases} from './rollout-phases.js'
import {served} from './served.js'
import type {Configure} from '../node/configure.js'
import {settled, type Settled} from './settled.js'

/**
 * As the cluster is now: `atWork` where its API answers. The client is one of its own: it may have to be forgotten with its
 * certificate.
 */
export async function renewPlan({spec, inventory, secrets}: RunContext, atWork = rollingPlan): Promise<Plan> {
  const publicIps = livePublicIps(spec, inventory)
  const api = await operatorApi({spec, secrets, publicIps, as: 'super-admin'})
  try {
    await api.endpoint()
    return atWork(spec)
  } catch (error) {
    if (error instanceof KhwError && error.code === 'KUBERNETES_API') return repairPlan(spec)
    throw error
  } finally {
    api.close()
  }
}

/**
 * The create's plan for new certificates on a cluster that is at work: the same steps, of which those are done again whose
 * certificates are others now, but one controller at a time. The next is not touched before this one's units are up, its
 * etcd member has a quorum, its API server is ready and the load balancer sends to it again; the workers come after the
 * controllers.
 */
export function rollingPlan(spec: ClusterSpec): Plan {
  const all = rolling(spec)
  return plan(all.steps, rolloutPhases(spec, all, 'certificates'))
}

export interface Rolling {
  readonly created: CreateSteps
  /** All, each after its needs. */
  readonly steps: readonly Step[]
  /** What comes after the configuration of each node: controllers first. */
  readonly checks: readonly (readonly Step[])[]
}

/** The same as steps, for plans that do more. */
export function rolling(spec: ClusterSpec): Rolling {
  const created = createSteps(spec)
  const {addresses, configured, instances} = created
  const controllers = controllersOf(spec)
  const checks = settledOf(spec, configured).map((up, i): readonly Step[] => {
    const [controller, own, instance] = [controllers[i], configured[i], instances[i]]
    if (controller === undefined || own === undefined || instance === undefined) return [up]
    const member = quorum(controller, [own], 0)
    const api = apiServer(controller, {addresses, configured: own})
    const ready = {...api, id: `renew/${api.id}`, after: [up]}
    return [
      up,
      {...member, id: `renew/${member.id}`, after: [up]},
      ready,
      ...(hasLoadBalancer(spec)
        ? [{...balanced(controller, {targetGroup, instance, configured: own}), after: [ready]}]
        : []),
    ]
  })
  const steps = renewing(spec, created, checks, i => checks[Math.min(i, controllers.length) - 1] ?? [])
  return {created, steps, checks}
}

/** For a cluster whose API does not answer: there is nothing to be careful with, and etcd needs all its members to agree. */
export function repairPlan(spec: ClusterSpec): Plan {
  const created = createSteps(spec)
  const checks = settledOf(spec, created.configured).map(up => [up])
  const steps = renewing(spec, created, checks, () => [])
  return plan(steps, rolloutPhases(spec, {created, steps, checks}, 'certificates'))
}

function settledOf(spec: ClusterSpec, configured: readonly Configure[]): readonly Settled[] {
  const nodes = nodesOf(spec)
  return configured.flatMap((step, i) => {
    const node = nodes[i]
    return node === undefined ? [] : [settled(node, step)]
  })
}

/**
 * `checks` come after the configuration of each node, `before(i)` before that of the i-th. A node is Ready for most of a
 * minute after its kubelet has gone: the workers are asked once theirs is back.
 */
function renewing(
  spec: ClusterSpec,
  {steps, addresses, certificates, configured, apis}: CreateSteps,
  checks: readonly (readonly Step[])[],
  before: (i: number) => readonly Step[],
): readonly Step[] {
  const ofWorkers = checks.slice(spec.controllers).flat()
  const planned = steps.flatMap((step): readonly Step[] => {
    if (step.id === 'worker/ready') return [{...step, after: ofWorkers}]
    const i = configured.findIndex(({id}) => id === step.id)
    return i < 0 ? [step] : [{...step, after: before(i)}, ...(checks[i] ?? [])]
  })
  return [...planned, served(spec, {addresses, certificates, apis})]
}
