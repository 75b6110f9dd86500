import type {WorkerNode} from '../../cluster/addressing.js'
import {awsErrorCode} from '../../aws/errors.js'
import {claimRoute} from '../../aws/claimed-routes.js'
import type {Instance} from '../compute/instance.js'
import {defineStep, type Step} from '../engine/step.js'
import {Fatal, waitUntil} from '../engine/wait-until.js'
import type {ExistingSubnet} from '../network/existing-subnet.js'

type ExistingPodRouteNeeds = {
  readonly subnets: readonly ExistingSubnet[]
  readonly instance: Instance
}

type Claimed = {routeTableIds: string[]; networkInterfaceId: string}

/**
 * The route to a worker's pods, in the route tables that the subnets go by. They are not the cluster's: nothing in them is
 * changed but the route to this very range, and only if it is the cluster's own or leads nowhere.
 */
export function existingPodRoute(node: WorkerNode, needs: ExistingPodRouteNeeds): Step<Claimed, ExistingPodRouteNeeds> {
  return defineStep<Claimed, ExistingPodRouteNeeds>({
    id: `routing/pod-route/${node.name}`,
    phase: 'routing',
    title: `Route ${node.podCidr} to ${node.name}`,
    needs,

    async create({ec2, ec2Once, clusterId, clock, signal}, {subnets, instance: {networkInterfaceId}}) {
      const routeTableIds = [...new Set(subnets.map(subnet => subnet.routeTableId))]
      // EC2 refuses an interface that is not attached yet, as it is while the instance is pending.
      const put = async (RouteTableId: string): Promise<true> => {
        try {
          const route = {RouteTableId, DestinationCidrBlock: node.podCidr, NetworkInterfaceId: networkInterfaceId}
          await claimRoute({ec2, ec2Once, clusterId, signal}, route)
          return true
        } catch (error) {
          if (awsErrorCode(error)?.startsWith('Incorrect') === true || !(error instanceof Error)) throw error
          throw new Fatal(error)
        }
      }
      for (const routeTableId of routeTableIds)
        await waitUntil(() => put(routeTableId), {
          what: `EC2 to take the route to ${node.name}`,
          budget: 120_000,
          every: 1_000,
          clock,
          signal,
          suggestions: ['Run the same command again: it goes on where it stopped.'],
        })
      return {routeTableIds, networkInterfaceId}
    },
  })
}
