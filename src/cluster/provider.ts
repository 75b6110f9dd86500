import type {OperatorRanges} from './operator-ranges.js'
import {KhwError} from '../errors.js'
import type {Architecture, ProviderName} from './spec.js'

/** The name of every local region: a machine has one. */
export const LOCAL_REGION = 'local-1'

/** Throws USAGE for a region that the provider does not have, as far as that shows without asking. */
export function checkRegion(provider: ProviderName, region: string | undefined): void {
  if (provider === 'aws' || region === undefined || region === LOCAL_REGION) return
  throw new KhwError(
    'USAGE',
    `--region ${region} does not go with --provider local: this machine is one region, ${LOCAL_REGION}.`,
    ['Leave it out', `Or mean AWS: --provider aws --region ${region}`],
    {exit: 2},
  )
}

/**
 * What a provider hands to the rest of khw: where the region is and how to get in, and from where the nodes may be reached
 * (SSH, API). Steps cannot tell providers apart.
 */
export interface RegionAccess extends OperatorRanges {
  readonly provider: ProviderName
  readonly region: string
  /** Endpoint of all AWS services; absent for AWS itself, where the SDK knows. */
  readonly endpoint?: string
  /** Absent: the SDK's own credential chain. */
  readonly credentials?: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    /** Of temporary ones. */
    readonly sessionToken?: string
  }
  /** Where instances can fetch the files of this machine's artifact cache; absent where they cannot. */
  readonly cacheServer?: {
    /** `http://169.254.169.253:8080`: the URL of the cache directory's root as instances see it. */
    readonly url: string
    /** The directory it serves; below `/v2/` as a registry of images, in the form of registry-layout.ts. */
    readonly directory: string
  }
  /** Of a region all of whose machines are alike; on AWS it depends on the instance type. */
  readonly architecture?: Architecture
  /** What is left for machines, of a region that is made of this very machine. */
  readonly capacity?: () => Promise<MachineCapacity>
  /** Seconds for which its load balancers hand new connections to a target that they call unhealthy, where that is known. */
  readonly targetLag?: number
  /** Milliseconds since 1970: nothing in the region is older. Absent where it has always been there. */
  readonly begunAt?: number
  /** To be called by who has taken the last thing out of a region of its own: it ends where it is of no more use. */
  readonly release?: () => Promise<void>
}

/** What a machine has left for others that it is to run; sizes in bytes. */
export interface MachineCapacity {
  readonly cores: number
  readonly memory: {readonly total: number; readonly available: number}
  /** Where they are kept. */
  readonly disk: {readonly directory: string; readonly free: number}
}
