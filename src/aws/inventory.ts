import {setMaxListeners} from 'node:events'
import type {Instance, RouteTable, Tag} from '@aws-sdk/client-ec2'
import type {ClusterSpec} from '../cluster/spec.js'
import type {ResourceClients} from './clients.js'
import {KIND_NAMES, KINDS, type Kind, type KindName, type KindResources, type Look} from './kinds.js'
import {STEP_TAG, tagValue} from './tags.js'

type Lists = {readonly [Name in KindName]: readonly KindResources[Name][]}

/** Resources by kind; usually all that carries one cluster's id. */
export interface Inventory extends Lists {
  /** Terminated instances, which EC2 still describes for about an hour; `instances` is without them. */
  readonly ended: readonly Instance[]
  /** Of the VPC of somebody else that the cluster stands in, where that is known. Only routes in them are its own. */
  readonly foreignRouteTables: readonly RouteTable[]
}

/**
 * With the spec of the cluster, where it is known: then IAM is asked only if that has something there, and the network that
 * is not its own is looked at, too.
 */
export interface InventorySource extends ResourceClients {
  readonly spec?: Pick<ClusterSpec, 'ssm' | 'network'>
}

/** One describe pass by tag, all kinds at once. */
export async function takeInventory(from: InventorySource, clusterId: string, signal: AbortSignal): Promise<Inventory> {
  const {spec} = from
  const [inventory, foreignRouteTables] = await Promise.all([
    inventoryOf(from, {clusterId, ...(spec && {ssm: spec.ssm === true})}, signal),
    routeTablesIn(from, spec?.network.existing?.vpcId, signal),
  ])
  return {...inventory, foreignRouteTables}
}

async function routeTablesIn(
  {ec2}: ResourceClients,
  vpcId: string | undefined,
  signal: AbortSignal,
): Promise<readonly RouteTable[]> {
  if (vpcId === undefined) return []
  const Filters = [{Name: 'vpc-id', Values: [vpcId]}]
  return (await ec2.describeRouteTables({Filters}, {abortSignal: signal})).RouteTables ?? []
}

/** As `takeInventory`, of whatever is looked for. */
export async function inventoryOf(from: ResourceClients, look: Look, signal: AbortSignal): Promise<Inventory> {
  // Each call under way listens to it, and there are more of them than Node takes for sound.
  setMaxListeners(0, signal)
  const found = new Map(
    await Promise.all(KIND_NAMES.map(async name => [name, await KINDS[name].describe(from, look, signal)] as const)),
  )
  const lists = listsOf(name => found.get(name) ?? [])
  const hasEnded = (instance: Instance): boolean => instance.State?.Name === 'terminated'
  return {
    ...lists,
    instances: lists.instances.filter(instance => !hasEnded(instance)),
    ended: lists.instances.filter(hasEnded),
    foreignRouteTables: [],
  }
}

export function emptyInventory(): Inventory {
  return {...listsOf(() => []), ended: [], foreignRouteTables: []}
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
  const kept = <Name extends KindName>(name: Name): readonly KindResources[Name][] =>
    listOf(inventory, name).filter(resource => keep(kindOf(name).id(resource) ?? ''))
  return {...listsOf(kept), ended: inventory.ended, foreignRouteTables: inventory.foreignRouteTables}
}

/** All resources of two inventories that have nothing in common. */
export function joinInventories(a: Inventory, b: Inventory): Inventory {
  return {
    ...listsOf(name => [...a[name], ...b[name]]),
    ended: [...a.ended, ...b.ended],
    foreignRouteTables: [...a.foreignRouteTables, ...b.foreignRouteTables],
  }
}

export interface KnownResource {
  readonly kind: KindName
  /** EC2's name of the resource type. */
  readonly type: string
  readonly id: string
  readonly tags: readonly Tag[]
  readonly vpcIds: readonly string[]
  /** See Kind. */
  readonly hangs: boolean
}

/** Every single resource, whatever its kind, without what has ended. */
export function resourcesOf(inventory: Inventory): readonly KnownResource[] {
  return KIND_NAMES.flatMap(name => resourcesOfKind(inventory, name))
}

export function resourcesOfKind(inventory: Inventory, name: KindName): readonly KnownResource[] {
  const kind = kindOf(name)
  return listOf(inventory, name).map(resource => ({
    kind: name,
    type: kind.type,
    id: kind.id(resource) ?? '',
    tags: kind.tags(resource) ?? [],
    vpcIds: kind.vpcIds(resource).flatMap(id => id ?? []),
    hangs: kind.hangs(resource),
  }))
}

/** A list for each kind. What `list` gives for a name has to be of that kind, which the compiler cannot see. */
function listsOf(list: (name: KindName) => readonly unknown[]): Lists {
  return Object.fromEntries(KIND_NAMES.map(name => [name, list(name)])) as unknown as Lists
}

function listOf<Name extends KindName>(inventory: Lists, name: Name): readonly KindResources[Name][] {
  return inventory[name]
}

function kindOf<Name extends KindName>(name: Name): Kind<KindResources[Name]> {
  return KINDS[name]
}
