import type {ClusterNode} from '../../cluster/addressing.js'
import type {Instance} from '../compute/instance.js'
import {defineStep, type Nothing, type Step} from '../engine/step.js'
import {waitUntil} from '../engine/wait-until.js'
import type {targetGroup} from '../load-balancer/target-group.js'
import type {Configure} from '../node/configure.js'

type BalancedNeeds = {
  readonly targetGroup: typeof targetGroup
  readonly instance: Instance
  readonly configured: Configure
}

/** Milliseconds. A target that was registered just now may take five minutes (aws-load-balancer-controller#1834). */
const BUDGET = 600_000

export type Balanced = Step<Nothing, BalancedNeeds>

/**
 * An API server that is ready is not yet one that the load balancer sends to: the next must not go before. Who has no
 * healthy target at all is not made better by waiting: one that is still being set up, or cut off from the controllers.
 */
export function balanced(node: ClusterNode, needs: BalancedNeeds): Balanced {
  return defineStep<Nothing, BalancedNeeds>({
    id: `renew/load-balancer/${node.name}`,
    phase: 'load-balancer',
    title: `Wait until the load balancer sends to ${node.name}`,
    needs,

    async create({elb, spec, clock, signal}, {targetGroup: {arn}, instance: {instanceId}}) {
      const isHealthy = async (): Promise<true | undefined> => {
        const {TargetHealthDescriptions: targets = []} = await elb.describeTargetHealth({TargetGroupArn: arn})
        const states = targets.map(({Target, TargetHealth}) => [Target?.Id, TargetHealth?.State] as const)
        if (!states.some(([, state]) => state === 'healthy')) return true
        const own = states.find(([id]) => id === instanceId)?.[1] ?? 'not registered'
        if (own === 'healthy') return true
        throw new Error(`it is ${own}`)
      }
      await waitUntil(isHealthy, {
        what: `the load balancer to call ${node.name} healthy`,
        budget: BUDGET,
        every: 1_000,
        slowest: 2_000,
        clock,
        signal,
        suggestions: [`See what it finds: khw status ${spec.name}`],
      })
      return {}
    },
  })
}
