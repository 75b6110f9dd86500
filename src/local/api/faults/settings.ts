import type {LatencyProfile} from '../latency.js'

/**
 * What the region can be made to do, as EC2 does on a bad day. Everything is optional; what is not said does not happen.
 * Counts (`nth`, `every`, `times`) and buckets start afresh whenever the settings are replaced. Durations are in
 * milliseconds, at most a day. `*` in a name stands for any text, `?` for one character. Faults concern the APIs of EC2
 * and of Elastic Load Balancing; calls to other services can fail as well, where their service is named.
 */
export interface FaultSettings {
  /** How long things take that need no time here: `none`, the default, or as on EC2 (latency.ts). */
  readonly latency?: LatencyProfile
  readonly visibility?: VisibilityFault
  readonly throttle?: ThrottleFault
  /** The first that hits decides; all that match count the call. */
  readonly calls?: readonly CallFault[]
  readonly capacity?: readonly CapacityFault[]
  /**
   * How long the interface of an instance is still in the way after the instance is `terminated`: deleting its subnet,
   * its security groups or its VPC, and, if it had a public address, detaching the VPC's internet gateway is answered
   * with DependencyViolation.
   */
  readonly lingering?: number
  readonly quotas?: QuotaFaults
  /** The first that hits decides; all that match count the boot. */
  readonly boots?: readonly BootFault[]
  readonly interruptions?: readonly SpotInterruption[]
  /** Users and roles may do what their IAM policies allow, and nothing else; otherwise everybody may do everything. */
  readonly enforceIam?: boolean
}

/**
 * How long it takes until a new resource is seen. What the call that makes it answers is not affected, nor are names and
 * ranges that it takes. What exists when this is first set, or when the region starts, is seen already.
 */
export interface VisibilityFault {
  /** Until then a call that names it by its id (a key pair: by its name) is answered with the kind's `.NotFound`. */
  readonly byId?: number
  /** Until then Describe calls that name no id leave it out. */
  readonly byTag?: number
}

/**
 * Token buckets, one an action, as EC2 has them by default (EC2 Developer Guide, "Request throttling"): 100 and 20 a
 * second for Describe calls (50 and 10 for some of them without filter and page size), 50 and 5 for the others, 5 and 2
 * for RunInstances and StartInstances. A call that finds its bucket empty is answered with RequestLimitExceeded, 503; by
 * other services, which have buckets of the same sizes here, with what they say.
 */
export interface ThrottleFault {
  /** Every call is throttled. */
  readonly always?: boolean
  /** Other buckets than EC2's own; the first whose `action` matches holds. */
  readonly buckets?: readonly {readonly action: string; readonly capacity: number; readonly refillPerSecond: number}[]
}

/** Which of the calls (or boots) that match. Neither `nth` nor `every`: each. */
export interface Occurrence {
  /** From this one on, counted from 1; one, unless `times` says more. */
  readonly nth?: number
  /** Every so many. */
  readonly every?: number
  /** At most so often. */
  readonly times?: number
}

export interface CallFault extends Occurrence {
  /** `CreateVpc`, `Delete*`, or `*` for all of EC2's; `sts:GetCallerIdentity`, `iam:*` for those of other services. */
  readonly action: string
  /** `before`: nothing is done. `after`: it is done and stored, and then the caller is not told so. */
  readonly when: 'before' | 'after'
  /** `drop`: the connection ends without an answer. Otherwise an error; its status is 400 unless said. */
  readonly how: 'drop' | ErrorAnswer
}

export interface ErrorAnswer {
  /** `InternalError`, `RequestLimitExceeded`. */
  readonly code: string
  /** HTTP, 400 to 599. */
  readonly status?: number
  readonly message?: string
}

/** Instances that are not to be had. Without a zone or a type, in any or of any. */
export interface CapacityFault {
  /** `local-1a` */
  readonly zone?: string
  /** `t3.*` */
  readonly instanceType?: string
  /** InsufficientInstanceCapacity (500, the default), Unsupported (which are not offered there either) or InsufficientFreeAddressesInSubnet (both 400). */
  readonly code?: CapacityCode
}

export type CapacityCode = 'InsufficientInstanceCapacity' | 'Unsupported' | 'InsufficientFreeAddressesInSubnet'

/**
 * How many there may be; the call that would make more is refused with the code named. Service Quotas answers with the
 * same values, where AWS has a quota of the kind.
 */
export interface QuotaFaults {
  /** VpcLimitExceeded */
  readonly vpcs?: number
  /** InternetGatewayLimitExceeded */
  readonly internetGateways?: number
  /** SubnetLimitExceeded */
  readonly subnetsPerVpc?: number
  /** RouteLimitExceeded */
  readonly routesPerTable?: number
  /** Inbound or outbound ones. RulesPerSecurityGroupLimitExceeded */
  readonly rulesPerGroup?: number
  /** SecurityGroupLimitExceeded */
  readonly securityGroups?: number
  /** `pending` and `running` ones. InstanceLimitExceeded */
  readonly instances?: number
  /** Of `pending` and `running` on-demand instances, but for those of G types. VcpuLimitExceeded */
  readonly vcpus?: number
  /** The same of G types. */
  readonly gVcpus?: number
  /** `pending` and `running` ones. MaxSpotInstanceCountExceeded */
  readonly spotInstances?: number
  /** Of `pending` and `running` spot instances. MaxSpotInstanceCountExceeded */
  readonly spotVcpus?: number
  /** TooManyLoadBalancers */
  readonly networkLoadBalancers?: number
  /** TooManyTargetGroups */
  readonly targetGroups?: number
}

/** A boot that is slow, fails, or is slow and then fails; `nth` counts those whose name matches. */
export interface BootFault extends Occurrence {
  /** Of the tag `Name`; without it, all. */
  readonly name?: string
  /** How much longer the instance is `pending`. */
  readonly delay?: number
  /** A launch ends as `terminated`, a start as `stopped`, with this as its state reason. */
  readonly fail?: BootFailure
}

export interface BootFailure {
  /** `Server.InternalError` (the default), `Client.VolumeLimitExceeded`. */
  readonly code?: string
  readonly message?: string
}

/** Takes spot instances back: those that run, and those that come up while this is set; each once. */
export interface SpotInterruption {
  /** Of the tag `Name`. */
  readonly name: string
  /** From the notice in the instance's metadata to the end; two minutes unless said. */
  readonly noticeMilliseconds?: number
  /** At most so many instances. */
  readonly times?: number
}
