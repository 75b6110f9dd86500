import type {WorkerNode} from '../../cluster/addressing.js'
import {hasRoute, putRoute} from '../../aws/routes.js'
import type {Instance} from '../compute/instance.js'
import {defineStep, type Nothing, type Step} from '../engine/step.js'
import {routeTable} from '../network/route-table.js'
import {waitForRoute} from './wait-for-route.js'

type PodRouteNeeds = {
  readonly routeTable: typeof routeTable
  readonly instance: Instance
}

export type PodRoute = Step<Nothing, PodRouteNeeds>

/** The VPC sends a worker's pod range to the worker's network interface. */
export function podRoute(node: WorkerNode, instance: Instance): PodRoute {
  return defineStep<Nothing, PodRouteNeeds>({
    id: `routing/pod-route/${node.name}`,
    phase: 'routing',
    title: `Route ${node.podCidr} to ${node.name}`,
    needs: {routeTable, instance},
    changes: 1,

    find({inventory}, needs) {
      return hasRoute(inventory.routeTables, needs.routeTable.routeTableId, {
        DestinationCidrBlock: node.podCidr,
        NetworkInterfaceId: needs.instance.networkInterfaceId,
      })
        ? {}
        : undefined
    },

    async create({ec2Once, clock, signal}, needs) {
      const input = {
        RouteTableId: needs.routeTable.routeTableId,
        DestinationCidrBlock: node.podCidr,
        NetworkInterfaceId: needs.instance.networkInterfaceId,
      }
      await waitForRoute(node, {clock, signal}, () => putRoute(ec2Once, input))
      return {}
    },
  })
}
