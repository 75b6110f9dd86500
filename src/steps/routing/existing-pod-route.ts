import type {WorkerNode} from '../../cluster/addressing.js'
import {claimRoute} from '../../aws/claimed-routes.js'
import {hasRoute} from '../../aws/routes.js'
import type {Instance} from '../compute/instance.js'
import {defineStep, type OutputsOf, type Step} from '../engine/step.js'
import type {ExistingSubnet} from '../network/existing-subnet.js'
import {waitForRoute} from './wait-for-route.js'

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
    // As many as there are route tables, which the plan does not know: each subnet may have its own.
    changes: needs.subnets.length,

    find({inventory: {foreignRouteTables}}, {subnets, instance: {networkInterfaceId}}) {
      const routeTableIds = tablesOf(subnets)
      const route = {DestinationCidrBlock: node.podCidr, NetworkInterfaceId: networkInterfaceId}
      return routeTableIds.every(id => hasRoute(foreignRouteTables, id, route))
        ? {routeTableIds, networkInterfaceId}
        : undefined
    },

    async create({ec2, ec2Once, clusterId, clock, signal}, {subnets, instance: {networkInterfaceId}}) {
      const routeTableIds = tablesOf(subnets)
      for (const RouteTableId of routeTableIds) {
        const route = {RouteTableId, DestinationCidrBlock: node.podCidr, NetworkInterfaceId: networkInterfaceId}
        await waitForRoute(node, {clock, signal}, () => claimRoute({ec2, ec2Once, clusterId, signal}, route))
      }
      return {routeTableIds, networkInterfaceId}
    },
  })
}

function tablesOf(subnets: OutputsOf<ExistingPodRouteNeeds>['subnets']): string[] {
  return [...new Set(subnets.map(({routeTableId}) => routeTableId))]
}
