import type {WorkerNode} from '../../cluster/addressing.js'
import {awsErrorCode} from '../../aws/errors.js'
import {hasRoute, putRoute} from '../../aws/routes.js'
import type {Instance} from '../compute/instance.js'
import {defineStep, type Nothing, type Step} from '../engine/step.js'
import {Fatal, waitUntil} from '../engine/wait-until.js'
import {routeTable} from '../network/route-table.js'

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
      return hasRoute(inventory, needs.routeTable.routeTableId, {
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
      // EC2 refuses an interface that is not attached yet, as it is while the instance is pending.
      const put = async (): Promise<true | undefined> => {
        try {
          await putRoute(ec2Once, input)
          return true
        } catch (error) {
          if (awsErrorCode(error)?.startsWith('Incorrect') === true || !(error instanceof Error)) throw error
          throw new Fatal(error)
        }
      }
      await waitUntil(put, {
        what: `EC2 to take the route to ${node.name}`,
        budget: 120_000,
        every: 1_000,
        clock,
        signal,
        suggestions: ['Run the same command again: it goes on where it stopped.'],
      })
      return {}
    },
  })
}
