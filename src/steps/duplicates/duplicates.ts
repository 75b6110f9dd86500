import type {Tag} from '@aws-sdk/client-ec2'
import {filterInventory, resourcesOf, type Inventory} from '../../aws/inventory.js'
import {STEP_TAG, tagValue} from '../../aws/tags.js'

/**
 * What the cluster has twice: an answer that was lost, or not yet visible to the next run, can leave two of what EC2
 * makes again without asking. An inventory of just the surplus with all that is in it, for the removals of destroy.
 *
 * Kept is the one that has something in it, then the one the journal knows (`recorded`: ids), then the first by id.
 */
export function surplusOf(inventory: Inventory, recorded: ReadonlySet<string>): Inventory {
  const surplus = <T extends Tagged>(resources: readonly T[], idOf: (resource: T) => string, worth: (r: T) => number) =>
    surplusOfKind(resources, resource => ({
      id: idOf(resource),
      worth: 2 * worth(resource) + (recorded.has(idOf(resource)) ? 1 : 0),
    }))

  const contents = resourcesOf(inventory).filter(({kind, hangs}) => kind !== 'internetGateways' && !hangs)
  const vpcs = surplus(
    inventory.vpcs,
    vpc => vpc.VpcId ?? '',
    vpc => contents.filter(({vpcIds}) => vpcIds.includes(vpc.VpcId ?? '')).length,
  )
  const lost = new Set(vpcs.map(vpc => vpc.VpcId ?? ''))
  const isLost = ({VpcId}: {VpcId?: string | undefined}): boolean => lost.has(VpcId ?? '')
  const inKept = <T extends {VpcId?: string | undefined}>(resources: readonly T[]): T[] =>
    resources.filter(resource => !isLost(resource))
  const goneWith = new Set(
    resourcesOf(inventory)
      .filter(({kind, vpcIds}) => kind !== 'internetGateways' && vpcIds.some(id => lost.has(id)))
      .map(({id}) => id),
  )
  const inLost = filterInventory(inventory, id => goneWith.has(id))

  return {
    ...inLost,
    vpcs,
    internetGateways: surplus(
      inventory.internetGateways,
      gateway => gateway.InternetGatewayId ?? '',
      gateway => (gateway.Attachments ?? []).filter(attachment => !isLost(attachment)).length,
    ),
    routeTables: [
      ...inLost.routeTables,
      ...surplus(
        inKept(inventory.routeTables),
        table => table.RouteTableId ?? '',
        table => (table.Associations ?? []).length,
      ),
    ],
    instances: [
      ...inLost.instances,
      ...surplus(
        inKept(inventory.instances).filter(instance => instance.State?.Name !== 'shutting-down'),
        instance => instance.InstanceId ?? '',
        () => 0,
      ),
    ],
    ended: [],
  }
}

interface Tagged {
  readonly Tags?: Tag[] | undefined
}

/** All but the worthiest of those that one step has made. */
function surplusOfKind<T extends Tagged>(
  resources: readonly T[],
  rank: (resource: T) => {readonly id: string; readonly worth: number},
): T[] {
  const bySteps = new Map<string, T[]>()
  for (const resource of resources) {
    const step = tagValue(resource.Tags, STEP_TAG)
    if (step !== undefined) bySteps.set(step, [...(bySteps.get(step) ?? []), resource])
  }
  return [...bySteps.values()].flatMap(same =>
    same
      .map(resource => ({resource, ...rank(resource)}))
      .sort((a, b) => b.worth - a.worth || (a.id < b.id ? -1 : 1))
      .slice(1)
      .map(({resource}) => resource),
  )
}
