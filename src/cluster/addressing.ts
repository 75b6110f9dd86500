import type {ClusterSpec} from './spec.js'
import {subnetsFor} from './existing-network.js'
import {blockAt, formatCidr, formatIpv4, parseCidr, type Cidr} from './cidr.js'

export type Role = 'controller' | 'worker'

/** One machine of the cluster. Everything in it follows from the spec alone, before any machine exists. */
export interface ClusterNode {
  /** `controller-1`, `worker-2`: tag, host name, certificate, etcd member, and what `khw ssh` takes. */
  readonly name: string
  readonly role: Role
  /** From 1, within the role. */
  readonly number: number
  /** The subnet it is in, from 1: nodes go round robin. */
  readonly subnet: number
}

/** A machine that has its private address. */
export interface PlacedNode extends ClusterNode {
  readonly privateIp: string
}

export type PlacedWorker = WorkerNode & PlacedNode

/** Addresses of machines by node name. */
export interface NodeAddresses {
  /** Of those that have one. */
  readonly publicIps: Readonly<Record<string, string>>
  /** Where they are not those that the spec plans for. */
  readonly privateIps?: Readonly<Record<string, string>>
}

/** The spec of a cluster whose machines have their private addresses, by node name. */
export interface PlacedSpec extends ClusterSpec {
  readonly privateIps: Readonly<Record<string, string>>
}

/** Throws RangeError for a machine that has no address yet and for which the spec plans none. */
export function placed(spec: ClusterSpec, {privateIps = {}}: Pick<NodeAddresses, 'privateIps'>): PlacedSpec {
  const entries = nodesOf(spec).map(node => {
    const ip = privateIps[node.name] ?? plannedIp(spec, node)
    if (ip === undefined) throw new RangeError(`${node.name} has no private address`)
    return [node.name, ip] as const
  })
  return {...spec, privateIps: Object.fromEntries(entries)}
}

/**
 * Controllers have .11 and up, workers .31 and up of their subnet; EC2 keeps the first four addresses and the last. In a
 * subnet of somebody else's none is planned: EC2 chooses one that is free.
 */
export function plannedIp(spec: ClusterSpec, {role, number, subnet}: ClusterNode): string | undefined {
  if (spec.network.existing) return undefined
  const host = FIRST_HOST[role] + Math.floor((number - 1) / spec.network.subnets)
  return formatIpv4(range(subnetCidr(spec, subnet)).base + host)
}

/**
 * The address of a node in a subnet that is not its own, where no other node ever has it: controllers from .20, workers
 * from .253 downwards. Undefined if so many workers belong to the subnet that it could be one of theirs.
 */
export function addressAway(spec: ClusterSpec, {role, number}: ClusterNode, subnet: number): string | undefined {
  const host = role === 'controller' ? 19 + number : 254 - number
  const lastWorker = FIRST_HOST.worker + Math.floor((spec.workers - 1) / spec.network.subnets)
  if (role === 'worker' && host <= lastWorker) return undefined
  return formatIpv4(range(subnetCidr(spec, subnet)).base + host)
}

const FIRST_HOST: Readonly<Record<Role, number>> = {controller: 11, worker: 31}

export interface WorkerNode extends ClusterNode {
  readonly role: 'worker'
  /** Its pods' range: the block of the pod range with the worker's number. */
  readonly podCidr: string
}

/** The numbers, from 1, of the subnets that nodes of that role are spread over. */
export function subnetsOf({network}: ClusterSpec, role: Role): readonly number[] {
  return network.existing ? subnetsFor(role, network.existing) : Array.from({length: network.subnets}, (_, i) => i + 1)
}

/** Whether nodes of that role have no public address: they are reached through a controller. */
export function isPrivate({network}: Pick<ClusterSpec, 'network'>, role: Role): boolean {
  const {existing, privateWorkers} = network
  return role === 'worker' && (privateWorkers === true || (existing?.privateSubnets.length ?? 0) > 0)
}

export function subnetCidr(spec: ClusterSpec, subnet: number): string {
  return formatCidr(blockAt(range(spec.network.vpcCidr), 24, subnet - 1))
}

export function controllersOf(spec: PlacedSpec): readonly PlacedNode[]
export function controllersOf(spec: ClusterSpec): readonly ClusterNode[]
export function controllersOf(spec: ClusterSpec | PlacedSpec): readonly (ClusterNode | PlacedNode)[] {
  return Array.from({length: spec.controllers}, (_, i) => node(spec, 'controller', i + 1))
}

export function workersOf(spec: PlacedSpec): readonly PlacedWorker[]
export function workersOf(spec: ClusterSpec): readonly WorkerNode[]
export function workersOf(spec: ClusterSpec | PlacedSpec): readonly (WorkerNode | PlacedWorker)[] {
  const pods = range(spec.network.podCidr)
  return Array.from({length: spec.workers}, (_, i) => ({
    ...node(spec, 'worker', i + 1),
    role: 'worker' as const,
    podCidr: formatCidr(blockAt(pods, 24, i + 1)),
  }))
}

export function nodesOf(spec: PlacedSpec): readonly PlacedNode[]
export function nodesOf(spec: ClusterSpec): readonly ClusterNode[]
export function nodesOf(spec: ClusterSpec | PlacedSpec): readonly (ClusterNode | PlacedNode)[] {
  return [...controllersOf(spec), ...workersOf(spec)]
}

/** The first address of the service range: the API's own Service, `kubernetes.default`. */
export function kubernetesServiceIp(spec: ClusterSpec): string {
  return formatIpv4(range(spec.network.serviceCidr).base + 1)
}

/** The tenth address of the service range, as kubeadm and the hard way have it. */
export function dnsServiceIp(spec: ClusterSpec): string {
  return formatIpv4(range(spec.network.serviceCidr).base + 10)
}

function node(spec: ClusterSpec | PlacedSpec, role: Role, number: number): ClusterNode | PlacedNode {
  const name = `${role}-${number}`
  const mine = subnetsOf(spec, role)
  const subnet = mine[(number - 1) % mine.length] ?? 1
  const privateIp = 'privateIps' in spec ? spec.privateIps[name] : undefined
  return {name, role, number, subnet, ...(privateIp === undefined ? {} : {privateIp})}
}

function range(text: string): Cidr {
  const cidr = parseCidr(text)
  if (!cidr) throw new RangeError(`not a range: ${text}`)
  return cidr
}
