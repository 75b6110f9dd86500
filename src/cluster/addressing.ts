import type {ClusterSpec} from './spec.js'
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
  readonly privateIp: string
}

export interface WorkerNode extends ClusterNode {
  readonly role: 'worker'
  /** Its pods' range: the block of the pod range with the worker's number. */
  readonly podCidr: string
}

export function subnetCidr(spec: ClusterSpec, subnet: number): string {
  return formatCidr(blockAt(range(spec.network.vpcCidr), 24, subnet - 1))
}

/** Controllers have .11 and up, workers .31 and up of their subnet; EC2 keeps the first four addresses and the last. */
export function controllersOf(spec: ClusterSpec): readonly ClusterNode[] {
  return Array.from({length: spec.controllers}, (_, i) => place(spec, 'controller', i + 1, 11))
}

export function workersOf(spec: ClusterSpec): readonly WorkerNode[] {
  const pods = range(spec.network.podCidr)
  return Array.from({length: spec.workers}, (_, i) => ({
    ...place(spec, 'worker', i + 1, 31),
    role: 'worker' as const,
    podCidr: formatCidr(blockAt(pods, 24, i + 1)),
  }))
}

export function nodesOf(spec: ClusterSpec): readonly ClusterNode[] {
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

function place(spec: ClusterSpec, role: Role, number: number, firstHost: number): ClusterNode {
  const {subnets} = spec.network
  const subnet = ((number - 1) % subnets) + 1
  const host = firstHost + Math.floor((number - 1) / subnets)
  const privateIp = formatIpv4(range(subnetCidr(spec, subnet)).base + host)
  return {name: `${role}-${number}`, role, number, subnet, privateIp}
}

function range(text: string): Cidr {
  const cidr = parseCidr(text)
  if (!cidr) throw new RangeError(`not a range: ${text}`)
  return cidr
}
