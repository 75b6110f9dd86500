import type {NetworkInterface} from '@aws-sdk/client-ec2'
import type {ResourceClients} from '../../aws/clients.js'
import {
  emptyInventory,
  filterInventory,
  inventoryOf,
  inVpc,
  joinInventories,
  resourcesOf,
  type Inventory,
} from '../../aws/inventory.js'
import {isInterfaceOf, loadBalancerName} from '../../aws/load-balancers.js'
import {NOT_OURS} from '../../cluster/report.js'
import {CLUSTER_ID_TAG, tagValue} from '../../aws/tags.js'
import {idsOf} from './removal.js'
import {vpcAttachments, type VpcAttachment} from './vpc-attachments.js'

/** What of a cluster cannot go because something that is not the cluster's stands in its VPC. */
export interface Foreign {
  /** The cluster's, with what the look by tag did not show yet. */
  readonly own: Inventory
  /** Not the cluster's, in VPCs of its own. */
  readonly inventory: Inventory
  /** Why a resource of the cluster has to stay, by its id. */
  readonly holds: ReadonlyMap<string, string>
  /** The same, even if what is in the cluster's own VPCs is removed too. */
  readonly holdsForGood: ReadonlyMap<string, string>
  /** What is attached to the cluster's own VPCs; `holds` and `holdsForGood` have what it needs. */
  readonly attached: readonly VpcAttachment[]
}

/** Looks into the cluster's VPCs for what others have put there. */
export async function foreignIn(
  from: ResourceClients,
  clusterId: string,
  seen: Inventory,
  signal: AbortSignal,
): Promise<Foreign> {
  const ownVpcs = new Set(idsOf(seen.vpcs, v => v.VpcId))
  // A VPC that the cluster is a guest in: what stands there may need its groups, and none of it is ever removed.
  const vpcIds = [...new Set([...ownVpcs, ...idsOf(seen.securityGroups, g => g.VpcId)])]
  if (vpcIds.length === 0)
    return {own: seen, inventory: emptyInventory(), holds: new Map(), holdsForGood: new Map(), attached: []}
  const known = new Set(resourcesOf(seen).map(resource => resource.id))
  const [contents, attached] = await Promise.all([contentsOf(from, vpcIds, signal), vpcAttachments(from, seen, signal)])
  const others = filterInventory(contents, id => !known.has(id))
  // The look by tag lags behind; the tag on the thing itself does not.
  const late = idsWithTag(others, clusterId)
  const own = joinInventories(
    seen,
    filterInventory(others, id => late.has(id)),
  )
  const machines = new Set(idsOf(own.instances, i => i.InstanceId))
  // Also of one that has been deleted: ELB is a while about it.
  const balancers = [loadBalancerName(clusterId), ...idsOf(own.loadBalancers, l => l.LoadBalancerName)]
  const goesAlong = ({Attachment, Description}: NetworkInterface): boolean =>
    (Attachment?.DeleteOnTermination === true && machines.has(Attachment.InstanceId ?? '')) ||
    balancers.some(name => isInterfaceOf(name, Description))
  const rest = filterInventory(others, id => !late.has(id))
  const foreign = {...rest, networkInterfaces: rest.networkInterfaces.filter(i => !goesAlong(i))}
  const inOwnVpc = new Set(
    resourcesOf(foreign).flatMap(({id, vpcIds: in_}) => (in_.some(vpcId => ownVpcs.has(vpcId)) ? [id] : [])),
  )
  const elsewhere = filterInventory(foreign, id => !inOwnVpc.has(id))
  return {
    own,
    inventory: filterInventory(foreign, id => inOwnVpc.has(id)),
    holds: holdsOf(own, foreign, attached),
    holdsForGood: holdsOf(own, elsewhere, attached),
    attached,
  }
}

/** What stands in the VPCs, whoever made it; without machines that have ended. */
async function contentsOf(from: ResourceClients, vpcIds: readonly string[], signal: AbortSignal): Promise<Inventory> {
  return {...(await inventoryOf(from, {vpcIds}, signal)), ended: []}
}

function idsWithTag(inventory: Inventory, clusterId: string): ReadonlySet<string> {
  const own = resourcesOf(inventory).filter(({tags}) => tagValue(tags, CLUSTER_ID_TAG) === clusterId)
  return new Set(own.map(({id}) => id))
}

/** `, by network-interface eni-1 (ELB net/mine)`: for who waits for EC2 to let go of something. */
export async function holdersIn(from: ResourceClients, own: Inventory, signal: AbortSignal): Promise<string> {
  const vpcIds = idsOf(own.vpcs, v => v.VpcId)
  if (vpcIds.length === 0) return ''
  const {networkInterfaces} = await contentsOf(from, vpcIds, signal)
  const named = networkInterfaces.map(({NetworkInterfaceId = '', Description}) =>
    Description ? `${NetworkInterfaceId} (${Description})` : NetworkInterfaceId,
  )
  return named.length === 0 ? '' : `, by ${named.join(', ')}`
}

function holdsOf(own: Inventory, foreign: Inventory, attached: readonly VpcAttachment[]): Map<string, string> {
  const holds = new Map<string, string>()
  const hold = (id: string | undefined, why: string): void => {
    if (id !== undefined && !holds.has(id)) holds.set(id, why)
  }
  /** The way out of what stands in the subnet stays as it is, too. */
  const holdWithWayOut = (subnetId: string | undefined, vpcId: string | undefined, why: string): void => {
    hold(subnetId, why)
    for (const {InternetGatewayId, Attachments = []} of own.internetGateways)
      if (Attachments.some(a => a.VpcId === vpcId)) hold(InternetGatewayId, why)
    for (const table of inVpc(own.routeTables, vpcId ?? ''))
      if (table.Associations?.some(a => a.SubnetId === subnetId)) hold(table.RouteTableId, why)
  }
  for (const {LoadBalancerName = '', VpcId, SecurityGroups = [], AvailabilityZones = []} of foreign.loadBalancers) {
    const why = `is used by load balancer ${LoadBalancerName}, ${NOT_OURS}`
    for (const {SubnetId} of AvailabilityZones) holdWithWayOut(SubnetId, VpcId, why)
    for (const groupId of SecurityGroups) hold(groupId, why)
    hold(VpcId, why)
  }
  for (const {
    NetworkInterfaceId = '',
    Attachment,
    Description,
    SubnetId,
    VpcId,
    Groups = [],
  } of foreign.networkInterfaces) {
    const who = Attachment?.InstanceId ?? NetworkInterfaceId
    const why = `is used by ${who}${Description ? ` (${Description})` : ''}, ${NOT_OURS}`
    holdWithWayOut(SubnetId, VpcId, why)
    for (const {GroupId} of Groups) hold(GroupId, why)
    hold(VpcId, why)
  }
  for (const {GroupId = '', VpcId, IpPermissions = [], IpPermissionsEgress = []} of foreign.securityGroups) {
    const why = `is named by security group ${GroupId}, ${NOT_OURS}`
    for (const pair of [...IpPermissions, ...IpPermissionsEgress].flatMap(p => p.UserIdGroupPairs ?? []))
      hold(pair.GroupId, why)
    hold(VpcId, `holds security group ${GroupId}, ${NOT_OURS}`)
  }
  for (const {holds: ids, why} of attached) for (const id of ids) hold(id, why)
  for (const {SubnetId = '', VpcId} of foreign.subnets) hold(VpcId, `holds subnet ${SubnetId}, ${NOT_OURS}`)
  for (const {RouteTableId = '', VpcId} of foreign.routeTables)
    hold(VpcId, `holds route table ${RouteTableId}, ${NOT_OURS}`)
  for (const {InternetGatewayId = '', Attachments = []} of foreign.internetGateways)
    for (const {VpcId} of Attachments) hold(VpcId, `holds internet gateway ${InternetGatewayId}, ${NOT_OURS}`)
  const owned = new Set(resourcesOf(own).map(resource => resource.id))
  return new Map([...holds].filter(([id]) => owned.has(id)))
}
