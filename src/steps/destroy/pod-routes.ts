import type {EC2, Route, RouteTable} from '@aws-sdk/client-ec2'
import {isNotFound} from '../../aws/errors.js'
import {resourcesOf} from '../../aws/inventory.js'
import {effectiveTable} from '../../aws/route-tables.js'
import {specOfTags} from '../../aws/spec-tags.js'
import {workersOf} from '../../cluster/addressing.js'
import {subnetIdsOf} from '../../cluster/existing-network.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import {idsOf, type Removal, type RemovalContext} from './removal.js'

/**
 * The routes to the pods in route tables that are not the cluster's. They go first: once the machines are gone, nothing
 * tells any more whose they were.
 */
export const podRoutes: Removal = {
  id: 'pod-routes',
  title: 'Take the routes to the pods out of the route tables of others',

  async remove(context) {
    const {ec2, inventory, kept, signal} = context
    const own = [...inventory.vpcs, ...kept.vpcs]
    const vpcIds = [...new Set(idsOf([...inventory.instances, ...inventory.securityGroups], r => r.VpcId))]
    const Values = vpcIds.filter(id => !own.some(vpc => vpc.VpcId === id))
    if (Values.length === 0) return
    const Filters = [{Name: 'vpc-id', Values}]
    const {RouteTables = []} = await ec2.describeRouteTables({Filters}, {abortSignal: signal})
    for (const {RouteTableId, DestinationCidrBlock} of await ownRoutes(context, RouteTables))
      try {
        await ec2.deleteRoute({RouteTableId, DestinationCidrBlock})
      } catch (error) {
        if (!isNotFound(error)) throw error
      }
  },
}

type OwnRoute = Pick<Route, 'DestinationCidrBlock'> & Pick<RouteTable, 'RouteTableId'>

/**
 * Those that lead to an interface of the cluster's, and to the range of pods of one of its workers; and, in the tables of
 * its subnets, those to such a range that lead to an interface which is gone, as a worker does that has ended by itself.
 */
async function ownRoutes(context: RemovalContext, tables: readonly RouteTable[]): Promise<readonly OwnRoute[]> {
  const {ec2, inventory, signal} = context
  const spec = specIn(context)
  const ranges = spec && new Set(workersOf(spec).map(worker => worker.podCidr))
  const subnetIds = spec?.network.existing === undefined ? [] : subnetIdsOf(spec.network.existing)
  const ofSubnets = new Set(subnetIds.map(id => effectiveTable(tables, id)))
  const interfaces = new Set([
    ...idsOf(inventory.networkInterfaces, i => i.NetworkInterfaceId),
    ...inventory.instances.flatMap(({NetworkInterfaces = []}) => idsOf(NetworkInterfaces, i => i.NetworkInterfaceId)),
  ])
  const found: OwnRoute[] = []
  for (const table of tables)
    for (const {DestinationCidrBlock, NetworkInterfaceId, State} of table.Routes ?? []) {
      if (NetworkInterfaceId === undefined || DestinationCidrBlock === undefined) continue
      if (ranges && !ranges.has(DestinationCidrBlock)) continue
      const isOwn =
        interfaces.has(NetworkInterfaceId) ||
        (ofSubnets.has(table) && State === 'blackhole' && (await isGone(ec2, NetworkInterfaceId, signal)))
      if (isOwn) found.push({RouteTableId: table.RouteTableId, DestinationCidrBlock})
    }
  return found
}

function specIn({inventory, kept}: RemovalContext): ClusterSpec | undefined {
  return [...resourcesOf(inventory), ...resourcesOf(kept)]
    .map(({tags}) => specOfTags(tags)?.spec)
    .find(spec => spec !== undefined)
}

async function isGone(ec2: EC2, networkInterfaceId: string, signal: AbortSignal): Promise<boolean> {
  try {
    await ec2.describeNetworkInterfaces({NetworkInterfaceIds: [networkInterfaceId]}, {abortSignal: signal})
    return false
  } catch (error) {
    if (isNotFound(error)) return true
    throw error
  }
}
