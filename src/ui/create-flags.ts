import type {ArtifactSource, NetworkSpec, ProviderName} from '../cluster/spec.js'
import {parseCidr} from '../cluster/cidr.js'
import type {CreateRequest} from '../steps/create-request.js'
import {usageError} from './usage-error.js'

/** The flags of `khw create` that say what to build, as oclif parses them. */
export interface CreateFlags {
  readonly name: string | undefined
  readonly provider: ProviderName | undefined
  readonly region: string | undefined
  readonly controllers: number | undefined
  readonly workers: number | undefined
  readonly 'kubernetes-version': string | undefined
  readonly artifacts: 'auto' | ArtifactSource | undefined
  readonly mirror: string | undefined
  readonly 'vpc-cidr': string | undefined
  readonly 'pod-cidr': string | undefined
  readonly 'service-cidr': string | undefined
  readonly 'allow-cidr': string | undefined
}

/** The request that flags make: only what was said. */
export function requestOf(flags: CreateFlags): CreateRequest {
  const network = defined<Partial<NetworkSpec>>({
    vpcCidr: flags['vpc-cidr'],
    podCidr: flags['pod-cidr'],
    serviceCidr: flags['service-cidr'],
  })
  return defined<CreateRequest>({
    name: flags.name,
    provider: flags.provider,
    region: flags.region,
    controllers: flags.controllers,
    workers: flags.workers,
    kubernetesVersion: flags['kubernetes-version']?.replace(/^v(?=\d)/, ''),
    artifacts: flags.artifacts,
    mirror: flags.mirror,
    network: Object.keys(network).length > 0 ? network : undefined,
    operatorCidr: operatorCidrOf(flags['allow-cidr']),
  })
}

/** A single address means just that one: `203.0.113.7` is `203.0.113.7/32`. */
function operatorCidrOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const range = text.includes('/') ? text : `${text}/32`
  if (parseCidr(range)) return range
  throw usageError(`--allow-cidr ${text} is not an IPv4 address or a range in CIDR notation with its host bits zero.`, [
    'Try --allow-cidr 203.0.113.7/32',
  ])
}

/** The entries that have a value: an absent one and one that is undefined are not the same to a request. */
function defined<T extends object>(entries: {[K in keyof T]: T[K] | undefined}): T {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as T
}
