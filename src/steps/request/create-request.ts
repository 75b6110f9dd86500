import type {AddonName, ClusterAddon} from '../../cluster/addons.js'
import type {CniChoice} from '../../cluster/cni.js'
import type {CostLimit} from '../../cluster/cost-limit.js'
import type {NetworkSpec} from '../../cluster/network-spec.js'
import type {ArtifactSource, LoadBalancerChoice, ProviderName, SecurityProfile} from '../../cluster/spec.js'

/** What `khw create` was asked for; what is left out has a default. */
export interface CreateRequest {
  readonly name?: string
  readonly provider?: ProviderName
  readonly region?: string
  readonly controllers?: number
  readonly workers?: number
  /** `1.36` or `1.36.2`. */
  readonly kubernetesVersion?: string
  readonly artifacts?: 'auto' | ArtifactSource
  /** Directory or URL. */
  readonly mirror?: string
  readonly network?: Partial<Omit<NetworkSpec, 'existing'>>
  /** `bridge` by default. */
  readonly cni?: CniChoice
  /** A VPC to use without owning it, and subnets of it. */
  readonly vpcId?: string
  readonly subnetIds?: readonly string[]
  /** Workers without public addresses. */
  readonly privateWorkers?: boolean
  /** By default one where there are several controllers. */
  readonly loadBalancer?: LoadBalancerChoice
  /** Who may reach SSH and the API; the operator's own address by default. */
  readonly operatorCidrs?: readonly string[]
  /** That one of them may be a good part of the world. */
  readonly allowWorld?: boolean
  /** Milliseconds from its creation until it may be swept away; null: never. */
  readonly ttl?: number | null
  /** Refuses what would cost more. */
  readonly maxCost?: CostLimit
  /** Instance types in order of preference, at least one. */
  readonly controllerTypes?: readonly string[]
  readonly workerTypes?: readonly string[]
  /** GiB. */
  readonly volumeSize?: number
  /** `debian-12`, or the id of an image. */
  readonly image?: string
  /** Workers on the spot market, on demand where it has none. */
  readonly spot?: boolean
  /** Machines that Session Manager of AWS Systems Manager reaches. */
  readonly ssm?: boolean
  /** URL of the proxy by which the nodes download. */
  readonly nodeProxy?: string
  readonly securityProfile?: SecurityProfile
  /** Of an image that is none of those khw knows. */
  readonly loginUser?: string
  /** Besides those that are there by default. */
  readonly addons?: readonly ClusterAddon[]
  /** Of those that are there by default, which not. */
  readonly withoutAddons?: readonly AddonName[]
}

export const createRequestDefaults = {
  name: 'hard-way',
  provider: 'aws',
  region: 'us-west-2',
  controllers: 3,
  workers: 3,
  volumeSize: 20,
} as const
