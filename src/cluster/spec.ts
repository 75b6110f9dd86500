import type {ClusterAddon} from './addons.js'
import type {Role} from './addressing.js'
import type {PolicyEngine} from './cni.js'
import {blocksOf, parseCidr} from './cidr.js'
import {subnetIdsOf} from './existing-network.js'
import {machineProblems} from './machines.js'
import {DEFAULT_NETWORK, networkProblems, NOT_KNOWN, type NetworkSpec} from './network-spec.js'
import {nodeProxyProblems} from './node-proxy.js'
import {refusedSpec} from './refused-spec.js'

export type ProviderName = 'aws' | 'local'
export type ArtifactSource = 'upstream' | 'mirror' | 'debian'
export type Architecture = 'amd64' | 'arm64'
export type LoadBalancerChoice = 'nlb' | 'none'
export type SecurityProfile = 'default' | 'cis'

/** What was asked for: validated, frozen, and stored in the journal before the first AWS call. */
export interface ClusterSpec {
  /** A DNS label (RFC 1123): lower-case letters, digits and dashes, at most 40 characters. */
  readonly name: string
  readonly provider: ProviderName
  readonly region: string
  /** Odd: etcd needs a majority. */
  readonly controllers: number
  readonly workers: number
  /** Exact, without the `v`: `1.36.2`. */
  readonly kubernetesVersion: string
  readonly artifactSource: ArtifactSource
  /** Directory or URL, only with the source `mirror`. */
  readonly mirror?: string
  readonly architecture: Architecture
  readonly network: NetworkSpec
  /** What enforces network policies beside the bridge. Absent: nothing does. */
  readonly cni?: PolicyEngine
  /** What people reach the API servers through. Absent: none, each by itself. */
  readonly loadBalancer?: LoadBalancerChoice
  readonly controllerType: string
  readonly workerType: string
  /** Types to take when that of the role is not to be had, in order of preference. Absent: none. */
  readonly fallbackTypes?: Partial<Readonly<Record<Role, readonly string[]>>>
  /** Size of a root volume in GiB. */
  readonly volumeSize: number
  /** A family of images (image-families.ts) or the id of one. Absent: Debian 12. */
  readonly image?: string
  /** Workers are asked for on the spot market first. Absent: on demand. */
  readonly spot?: true
  /** Machines can be reached through AWS Systems Manager, too. Absent: they have no part in it, nor a role. */
  readonly ssm?: true
  /** Whom the machines let in, where the image does not say it. */
  readonly loginUser?: string
  /** URL of the proxy by which the nodes download. Absent: directly. */
  readonly nodeProxy?: string
  /** In the order of ADDON_NAMES; the one field that can change later. Absent: CoreDNS, where its image can be had. */
  readonly addons?: readonly ClusterAddon[]
  /** `cis`: what the CIS benchmark asks and hurts use as well. Absent: only what does not. */
  readonly securityProfile?: Exclude<SecurityProfile, 'default'>
}

export type SpecInput = Omit<ClusterSpec, 'network'> & {readonly network?: Partial<NetworkSpec>}

/** Whether people reach the API servers through a load balancer. */
export function hasLoadBalancer({loadBalancer}: Pick<ClusterSpec, 'loadBalancer'>): boolean {
  return loadBalancer === 'nlb'
}

/** A VPC has room for more; an etcd quorum and a throw-away cluster gain nothing from them. */
const MOST_SUBNETS = 16

/** Addresses a subnet has for workers: .31 to .253 (see addressing.ts). */
const WORKERS_PER_SUBNET = 223

/** Validates everything that needs no network; throws INVALID_SPEC naming all problems at once. */
export function clusterSpec(input: SpecInput): ClusterSpec {
  const network: NetworkSpec = {...DEFAULT_NETWORK, ...subnetsOf(input), ...input.network}
  const problems = [
    ...countProblems(input, network),
    ...nameProblems(input.name),
    ...networkProblems(network),
    ...machineProblems(input),
    ...nodeProxyProblems(input),
  ]
  if (problems.length > 0) throw refusedSpec(problems, {exit: 2})
  return Object.freeze({...input, network: Object.freeze(network)})
}

/** As many subnets as there are zones, unless it is said. */
function subnetsOf({network}: SpecInput): Partial<NetworkSpec> {
  if (network?.existing) return {vpcCidr: NOT_KNOWN, subnets: subnetIdsOf(network.existing).length}
  return network?.zones === undefined || network.zones.length === 0 ? {} : {subnets: network.zones.length}
}

export function isClusterName(name: string): boolean {
  return nameProblems(name).length === 0
}

/** Throws INVALID_SPEC if it cannot be the name of a cluster: then nothing is called that, and no file either. */
export function checkClusterName(name: string): void {
  const [problem] = nameProblems(name)
  if (problem) throw refusedSpec([problem], {exit: 2})
}

/** Something wrong with what was asked for, and what to type instead. */
export interface Problem {
  readonly what: string
  /** A line each. */
  readonly fix: string
}

function nameProblems(name: string): Problem[] {
  if (name.length <= 40 && /^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(name)) return []
  return [
    {
      what: `"${name}" cannot be a cluster name: it must be a DNS label (lower-case letters, digits and dashes, starting with a letter, at most 40 characters).`,
      fix: `Try --name ${suggestName(name)}`,
    },
  ]
}

function suggestName(name: string): string {
  const label = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 40)
  return label === '' ? 'my-cluster' : label
}

function countProblems(input: SpecInput, network: NetworkSpec): Problem[] {
  const {controllers, workers} = input
  const problems: Problem[] = []
  const {subnets} = network
  if (!Number.isInteger(subnets) || subnets < 1 || subnets > MOST_SUBNETS) {
    problems.push({
      what: `${subnets} subnets cannot be made: there are from 1 to ${MOST_SUBNETS}, one an availability zone.`,
      fix: `Try --subnet-count ${DEFAULT_NETWORK.subnets}`,
    })
    return problems
  }
  if (!Number.isInteger(controllers) || controllers < 1 || controllers % 2 === 0 || controllers > 9) {
    problems.push({
      what: `${controllers} controllers cannot form an etcd quorum that is worth having: the number must be odd, from 1 to 9 (3 tolerate the loss of one).`,
      fix: `Try --controllers ${nearestOdd(controllers)}`,
    })
  }
  if (!Number.isInteger(workers) || workers < 1) {
    problems.push({what: `${workers} workers cannot run a pod: at least one is needed.`, fix: 'Try --workers 1'})
  }
  const most = Math.min(maxWorkers(network), network.existing ? Infinity : WORKERS_PER_SUBNET * network.subnets)
  if (workers > most) {
    problems.push({
      what: `${workers} workers need ${workers} blocks of /24, but the pod range ${network.podCidr} and the subnets have room for ${most}.`,
      fix: `Try --workers ${most} or a larger --pod-cidr`,
    })
  }
  return problems
}

function nearestOdd(count: number): number {
  if (!Number.isFinite(count)) return 3
  return Math.min(9, Math.max(1, Math.floor(count / 2) * 2 + 1))
}

/** Workers are numbered from 1 and worker i has block i, so block 0 stays free. */
function maxWorkers(network: NetworkSpec): number {
  const pods = parseCidr(network.podCidr)
  return pods ? Math.max(0, blocksOf(pods, 24) - 1) : Number.MAX_SAFE_INTEGER
}
