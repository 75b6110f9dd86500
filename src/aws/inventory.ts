import type {
  EC2,
  Filter,
  Instance,
  InternetGateway,
  KeyPairInfo,
  NetworkInterface,
  RouteTable,
  SecurityGroup,
  Subnet,
  Tag,
  Volume,
  Vpc,
} from '@aws-sdk/client-ec2'
import {CLUSTER_ID_TAG, STEP_TAG, tagValue} from './tags.js'

/** Everything in the region that carries one cluster's id. */
export interface Inventory {
  readonly vpcs: readonly Vpc[]
  readonly subnets: readonly Subnet[]
  readonly internetGateways: readonly InternetGateway[]
  readonly routeTables: readonly RouteTable[]
  readonly securityGroups: readonly SecurityGroup[]
  readonly keyPairs: readonly KeyPairInfo[]
  /** Without those that are terminated. */
  readonly instances: readonly Instance[]
  /** Terminated ones, which EC2 still describes for about an hour. */
  readonly ended: readonly Instance[]
  readonly volumes: readonly Volume[]
  readonly networkInterfaces: readonly NetworkInterface[]
}

/** One describe pass by tag, all kinds at once. */
export function takeInventory(ec2: EC2, clusterId: string, signal: AbortSignal): Promise<Inventory> {
  return inventoryOf(ec2, [{Name: `tag:${CLUSTER_ID_TAG}`, Values: [clusterId]}], signal)
}

/** As `takeInventory`, of whatever the filters (EC2's own, known to all kinds) let through. */
export async function inventoryOf(ec2: EC2, Filters: Filter[], signal: AbortSignal): Promise<Inventory> {
  const options = {abortSignal: signal}
  const [vpcs, subnets, gateways, routeTables, groups, keyPairs, reservations, volumes, interfaces] = await Promise.all(
    [
      ec2.describeVpcs({Filters}, options),
      ec2.describeSubnets({Filters}, options),
      ec2.describeInternetGateways({Filters}, options),
      ec2.describeRouteTables({Filters}, options),
      ec2.describeSecurityGroups({Filters}, options),
      ec2.describeKeyPairs({Filters}, options),
      allInstances(ec2, Filters, signal),
      ec2.describeVolumes({Filters}, options),
      ec2.describeNetworkInterfaces({Filters}, options),
    ],
  )
  return {
    vpcs: vpcs.Vpcs ?? [],
    subnets: subnets.Subnets ?? [],
    internetGateways: gateways.InternetGateways ?? [],
    routeTables: routeTables.RouteTables ?? [],
    securityGroups: groups.SecurityGroups ?? [],
    keyPairs: keyPairs.KeyPairs ?? [],
    instances: reservations.filter(instance => instance.State?.Name !== 'terminated'),
    ended: reservations.filter(instance => instance.State?.Name === 'terminated'),
    volumes: volumes.Volumes ?? [],
    networkInterfaces: interfaces.NetworkInterfaces ?? [],
  }
}

/** Instances by filter, all pages. */
export async function allInstances(ec2: EC2, Filters: Filter[], signal: AbortSignal): Promise<Instance[]> {
  const instances: Instance[] = []
  let NextToken: string | undefined
  do {
    const page = await ec2.describeInstances({Filters, ...(NextToken ? {NextToken} : {})}, {abortSignal: signal})
    instances.push(...(page.Reservations ?? []).flatMap(reservation => reservation.Instances ?? []))
    NextToken = page.NextToken
  } while (NextToken)
  return instances
}

/** The one that a step made, by its tag. */
export function madeBy<T extends {Tags?: Tag[] | undefined}>(resources: readonly T[], stepId: string): T | undefined {
  return resources.find(resource => tagValue(resource.Tags, STEP_TAG) === stepId)
}

/** Those of one VPC: should there ever be two of ours, their parts must not be mixed. */
export function inVpc<T extends {VpcId?: string | undefined}>(resources: readonly T[], vpcId: string): readonly T[] {
  return resources.filter(resource => resource.VpcId === vpcId)
}

/** The resources of all kinds for which `keep` holds, by their ids; what has ended is known to both sides. */
export function filterInventory(inventory: Inventory, keep: (id: string) => boolean): Inventory {
  const kept = <T>(resources: readonly T[], idOf: (resource: T) => string | undefined): T[] =>
    resources.filter(resource => keep(idOf(resource) ?? ''))
  return {
    vpcs: kept(inventory.vpcs, v => v.VpcId),
    subnets: kept(inventory.subnets, s => s.SubnetId),
    internetGateways: kept(inventory.internetGateways, g => g.InternetGatewayId),
    routeTables: kept(inventory.routeTables, t => t.RouteTableId),
    securityGroups: kept(inventory.securityGroups, g => g.GroupId),
    keyPairs: kept(inventory.keyPairs, k => k.KeyPairId),
    instances: kept(inventory.instances, i => i.InstanceId),
    ended: inventory.ended,
    volumes: kept(inventory.volumes, v => v.VolumeId),
    networkInterfaces: kept(inventory.networkInterfaces, i => i.NetworkInterfaceId),
  }
}

/** All resources of two inventories that have nothing in common. */
export function joinInventories(a: Inventory, b: Inventory): Inventory {
  return {
    vpcs: [...a.vpcs, ...b.vpcs],
    subnets: [...a.subnets, ...b.subnets],
    internetGateways: [...a.internetGateways, ...b.internetGateways],
    routeTables: [...a.routeTables, ...b.routeTables],
    securityGroups: [...a.securityGroups, ...b.securityGroups],
    keyPairs: [...a.keyPairs, ...b.keyPairs],
    instances: [...a.instances, ...b.instances],
    ended: [...a.ended, ...b.ended],
    volumes: [...a.volumes, ...b.volumes],
    networkInterfaces: [...a.networkInterfaces, ...b.networkInterfaces],
  }
}

/** Every resource's id with its tags. */
export function taggedIds(all: Inventory): {id: string; tags: Tag[]}[] {
  const of = <T>(resources: readonly T[], id: (r: T) => string | undefined, tags: (r: T) => Tag[] | undefined) =>
    resources.map(resource => ({id: id(resource) ?? '', tags: tags(resource) ?? []}))
  return [
    ...of(
      all.vpcs,
      v => v.VpcId,
      v => v.Tags,
    ),
    ...of(
      all.subnets,
      s => s.SubnetId,
      s => s.Tags,
    ),
    ...of(
      all.internetGateways,
      g => g.InternetGatewayId,
      g => g.Tags,
    ),
    ...of(
      all.routeTables,
      t => t.RouteTableId,
      t => t.Tags,
    ),
    ...of(
      all.securityGroups,
      g => g.GroupId,
      g => g.Tags,
    ),
    ...of(
      all.keyPairs,
      k => k.KeyPairId,
      k => k.Tags,
    ),
    ...of(
      all.instances,
      i => i.InstanceId,
      i => i.Tags,
    ),
    ...of(
      all.volumes,
      v => v.VolumeId,
      v => v.Tags,
    ),
    ...of(
      all.networkInterfaces,
      i => i.NetworkInterfaceId,
      i => i.TagSet,
    ),
  ]
}
