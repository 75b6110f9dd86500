import {addonName, parseAddon} from '../cluster/addons.js'
import type {NetworkSpec} from '../cluster/network-spec.js'
import type {ArtifactSource, LoadBalancerChoice, ProviderName, SecurityProfile} from '../cluster/spec.js'
import {parseOperatorRanges} from '../cluster/operator-ranges.js'
import type {CniChoice} from '../cluster/cni.js'
import type {CostLimit} from '../cluster/cost-limit.js'
import type {CreateRequest} from '../steps/request/create-request.js'
import {defined} from './defined.js'
import {durationOf} from './duration-flag.js'
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
  readonly cni: CniChoice | undefined
  readonly 'vpc-cidr': string | undefined
  readonly 'vpc-id': string | undefined
  readonly 'subnet-ids': string | undefined
  readonly 'private-workers': boolean | undefined
  readonly 'pod-cidr': string | undefined
  readonly 'service-cidr': string | undefined
  readonly 'allow-cidr': readonly string[] | undefined
  readonly 'allow-world': boolean | undefined
  readonly 'load-balancer': LoadBalancerChoice | undefined
  readonly zones: string | undefined
  readonly 'subnet-count': number | undefined
  readonly 'controller-type': string | undefined
  readonly 'worker-type': string | undefined
  readonly 'volume-size': number | undefined
  readonly image: string | undefined
  readonly 'login-user': string | undefined
  readonly spot: boolean | undefined
  readonly ssm: boolean | undefined
  readonly 'node-proxy': string | undefined
  readonly 'security-profile': SecurityProfile | undefined
  readonly addon: readonly string[] | undefined
  readonly 'no-addon': readonly string[] | undefined
  readonly ttl: string | undefined
  readonly 'max-cost': string | undefined
}

/** The request that flags, and a name before them, make: only what was said. */
export function requestOf(flags: CreateFlags, args: {readonly name?: string | undefined} = {}): CreateRequest {
  const network = defined<Partial<NetworkSpec>>({
    vpcCidr: flags['vpc-cidr'],
    podCidr: flags['pod-cidr'],
    serviceCidr: flags['service-cidr'],
    zones: listOf(flags.zones),
    subnets: flags['subnet-count'],
  })
  return defined<CreateRequest>({
    name: nameOf(flags.name, args.name),
    provider: flags.provider,
    region: flags.region,
    controllers: flags.controllers,
    workers: flags.workers,
    kubernetesVersion: flags['kubernetes-version']?.replace(/^v(?=\d)/, ''),
    artifacts: flags.artifacts,
    mirror: flags.mirror,
    cni: flags.cni,
    network: Object.keys(network).length > 0 ? network : undefined,
    vpcId: flags['vpc-id'],
    subnetIds: listOf(flags['subnet-ids']),
    privateWorkers: flags['private-workers'] === true ? true : undefined,
    operatorCidrs: flags['allow-cidr'] && parseOperatorRanges(flags['allow-cidr'], flags['allow-world'] === true),
    loadBalancer: flags['load-balancer'],
    allowWorld: flags['allow-world'] === true ? true : undefined,
    ttl: ttlOf(flags.ttl),
    maxCost: maxCostOf(flags['max-cost']),
    controllerTypes: listOf(flags['controller-type']),
    workerTypes: listOf(flags['worker-type']),
    volumeSize: flags['volume-size'],
    image: flags.image,
    loginUser: flags['login-user'],
    spot: flags.spot === true ? true : undefined,
    ssm: flags.ssm === true ? true : undefined,
    nodeProxy: flags['node-proxy'],
    addons: flags.addon?.map(parseAddon),
    withoutAddons: flags['no-addon']?.map(addonName),
    securityProfile: flags['security-profile'],
  })
}

function nameOf(flag: string | undefined, argument: string | undefined): string | undefined {
  if (flag !== undefined && argument !== undefined && flag !== argument)
    throw usageError(`A cluster has one name, not both "${argument}" and "${flag}".`, [`Try --name ${argument}`])
  return flag ?? argument
}

/** `a, b` is a and b. */
function listOf(text: string | undefined): readonly string[] | undefined {
  return text?.split(',').map(each => each.trim())
}

/** Milliseconds of `90m`, `8h` or `2d`; null for `never`. */
function ttlOf(text: string | undefined): number | null | undefined {
  if (text === undefined) return undefined
  const ttl = durationOf(text)
  if (ttl !== undefined) return ttl
  throw usageError(`--ttl ${text} is not a time: it takes a number and m, h or d, or the word never.`, ['Try --ttl 8h'])
}

/** `5` is until the cluster ends, `0.50/h` an hour. */
function maxCostOf(text: string | undefined): CostLimit | undefined {
  if (text === undefined) return undefined
  const [, amount, hour] = /^\$?(\d+(?:\.\d+)?)(\/h)?$/.exec(text) ?? []
  if (amount !== undefined) return {amount: Number(amount), per: hour === undefined ? 'ttl' : 'hour'}
  throw usageError(`--max-cost ${text} is not an amount of US dollars.`, [
    'Until it ends: --max-cost 5',
    'An hour: --max-cost 0.50/h',
  ])
}
