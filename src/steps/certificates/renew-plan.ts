import {controllersOf} from '../../cluster/addressing.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import {KhwError} from '../../errors.js'
import {apiServer} from '../control-plane/api-server.js'
import {livePublicIps} from '../compute/node-instance.js'
import {createSteps} from '../create-plan.js'
import type {RunContext} from '../engine/context.js'
import {plan, type Plan} from '../engine/plan.js'
import type {Step} from '../engine/step.js'
import {quorum} from '../etcd/quorum.js'
import {operatorApi} from '../operator/operator-api.js'
import {served} from './served.js'
import {settled} from './settled.js'

/** As the cluster is now. The client is one of its own: it may have to be forgotten with its certificate. */
export async function renewPlan({spec, inventory, secrets}: RunContext): Promise<Plan> {
  const publicIps = livePublicIps(spec, inventory)
  const api = await operatorApi({spec, secrets, publicIps, as: 'super-admin'})
  try {
    await api.endpoint()
    return rollingPlan(spec)
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
 * etcd member has a quorum and its API server is ready; the workers come after the controllers.
 */
export function rollingPlan(spec: ClusterSpec): Plan {
  const {steps, addresses, configured, certificates, apis} = createSteps(spec)
  const controllers = controllersOf(spec)
  const checks = controllers.map((controller, i): readonly Step[] => {
    const own = configured[i]
    if (own === undefined) throw new RangeError(`no step configures ${controller.name}`)
    const up = settled(controller, own)
    const member = quorum(controller, [own], 0)
    const api = apiServer(controller, {addresses, configured: own})
    return [up, {...member, id: `renew/${member.id}`, after: [up]}, {...api, id: `renew/${api.id}`, after: [up]}]
  })
  const rolled = steps.flatMap((step): readonly Step[] => {
    const i = configured.findIndex(({id}) => id === step.id)
    if (i < 0) return [step]
    const before = checks[Math.min(i, controllers.length) - 1] ?? []
    return [{...step, after: before}, ...(checks[i] ?? [])]
  })
  return plan([...rolled, served(spec, {addresses, certificates, apis})])
}

/** For a cluster whose API does not answer: there is nothing to be careful with, and etcd needs all its members to agree. */
export function repairPlan(spec: ClusterSpec): Plan {
  const {steps, addresses, certificates, apis} = createSteps(spec)
  return plan([...steps, served(spec, {addresses, certificates, apis})])
}
