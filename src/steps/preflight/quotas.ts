import type {Instance} from '@aws-sdk/client-ec2'
import {awsErrorCode, classOf} from '../../aws/errors.js'
import {allInstances} from '../../aws/kinds.js'
import {instanceTypes} from '../../aws/instance-types.js'
import type {Role} from '../../cluster/addressing.js'
import {typesOf} from '../../cluster/machines.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import {KhwError} from '../../errors.js'
import type {Check, PreflightContext} from './check.js'

/** A quota of AWS against what there is and what the plan adds. Codes are those of Service Quotas. */
interface Quota {
  readonly name: string
  readonly service: 'ec2' | 'vpc' | 'elasticloadbalancing'
  readonly code: string
  /** Of it in use now, by anybody in the account and region. */
  readonly used: (context: PreflightContext) => Promise<number>
  /** How many more the plan makes. */
  readonly planned: (context: PreflightContext) => Promise<number>
  /** Whether the plan needs any of it; always, if absent. */
  readonly concerns?: (spec: ClusterSpec) => boolean
  /** What the plan does without it: then it is no obstacle. */
  readonly otherwise?: string
  /** What to do instead of raising it. */
  readonly instead: string
}

/** All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests, in vCPUs. */
const SPOT_VCPUS = {service: 'ec2', code: 'L-34B43A08'} as const

const QUOTAS: readonly Quota[] = [
  {
    name: 'vCPUs',
    service: 'ec2',
    code: 'L-1216C47A',
    used: context => runningVcpus(context, 'on-demand'),
    planned: context => plannedVcpus(context, 'on-demand'),
    instead: 'Or take fewer or smaller machines: --workers, --controllers, --worker-type, --controller-type',
  },
  {
    name: 'spot vCPUs',
    ...SPOT_VCPUS,
    concerns: ({spot}) => spot === true,
    used: context => runningVcpus(context, 'spot'),
    planned: context => plannedVcpus(context, 'spot'),
    otherwise: 'workers beyond it will run on demand, at the full price',
    instead: 'Or take fewer or smaller workers: --workers, --worker-type',
  },
  {
    name: 'VPCs',
    service: 'vpc',
    code: 'L-F678F1CE',
    used: async ({clients: {ec2}, signal}) => (await ec2.describeVpcs({}, {abortSignal: signal})).Vpcs?.length ?? 0,
    planned: ownNetworks,
    instead: 'Or delete a VPC that nobody needs, or choose another --region',
  },
  {
    name: 'internet gateways',
    service: 'vpc',
    code: 'L-A4707A72',
    used: async ({clients: {ec2}, signal}) =>
      (await ec2.describeInternetGateways({}, {abortSignal: signal})).InternetGateways?.length ?? 0,
    planned: ownNetworks,
    instead: 'Or delete an internet gateway that nobody needs, or choose another --region',
  },
  {
    name: 'network load balancers',
    service: 'elasticloadbalancing',
    code: 'L-69A177A2',
    concerns: ({loadBalancer}) => loadBalancer === 'nlb',
    used: networkLoadBalancers,
    planned: () => Promise.resolve(1),
    instead: 'Or go without: --load-balancer none',
  },
]

async function networkLoadBalancers({clients: {elb}, signal}: PreflightContext): Promise<number> {
  let count = 0
  let Marker: string | undefined
  do {
    const page = await elb.describeLoadBalancers(Marker === undefined ? {} : {Marker}, {abortSignal: signal})
    count += (page.LoadBalancers ?? []).filter(({Type}) => Type === 'network').length
    Marker = page.NextMarker
  } while (Marker)
  return count
}

/** One, unless the cluster stands in somebody else's. */
function ownNetworks({spec}: PreflightContext): Promise<number> {
  return Promise.resolve(spec.network.existing === undefined ? 1 : 0)
}

/** One check a quota: what is in use and what is planned must fit. */
export const quotas: readonly Check[] = QUOTAS.map(quota => ({
  name: `quota: ${quota.name}`,
  signedIn: true,
  optional: true,
  ...(quota.concerns && {concerns: ({spec}) => quota.concerns?.(spec) === true}),

  async run(context) {
    const [limit, used, planned] = await Promise.all([
      limitOf(quota, context),
      quota.used(context),
      quota.planned(context),
    ])
    const detail = `${planned} more besides ${used} in use, of ${limit}`
    if (planned === 0 || used + planned <= limit) return {detail}
    const {region} = context.access
    const why = `The quota of ${quota.name} in ${region} is ${limit}, of which ${used} are in use; the plan needs ${planned} more`
    const fixes: [string, string] = [
      `Ask for more: aws service-quotas request-service-quota-increase --service-code ${quota.service} --quota-code ${quota.code} --desired-value ${used + planned} --region ${region}`,
      quota.instead,
    ]
    if (quota.otherwise !== undefined) return {detail: `${why}: ${quota.otherwise}.`, fix: fixes.join('\n')}
    throw new KhwError('AWS_QUOTA', `${why}.`, fixes)
  },
}))

/** An account that never asked for more may have but the default. */
async function limitOf(
  {service, code}: Pick<Quota, 'service' | 'code'>,
  {clients, signal: abortSignal}: PreflightContext,
): Promise<number> {
  const input = {ServiceCode: service, QuotaCode: code}
  try {
    return (await clients.quotas.getServiceQuota(input, {abortSignal})).Quota?.Value ?? Infinity
  } catch (error) {
    if (awsErrorCode(error) === undefined || classOf(error) !== 'not-found') throw error
    return (await clients.quotas.getAWSDefaultServiceQuota(input, {abortSignal})).Quota?.Value ?? Infinity
  }
}

/** The families that the quota of "Standard" instances counts (EC2 User Guide, "On-Demand Instance quotas"). */
function isStandard(type: string): boolean {
  return /^[acdhimrtz]\d/.test(type)
}

type Market = 'on-demand' | 'spot'

async function plannedVcpus(context: PreflightContext, market: Market): Promise<number> {
  const {facts, spec} = context
  const {types} = await facts.machines()
  const of = (type: string): number => (isStandard(type) ? (types.get(type)?.vcpus ?? 0) : 0)
  // Whichever of its types a machine will be.
  const most = (role: Role): number => Math.max(...typesOf(spec, role).map(of))
  const controllers = spec.controllers * most('controller')
  const workers = spec.workers * most('worker')
  if (market === 'spot') return workers
  return spec.spot === true && (await haveRoomOnSpot(workers, context)) ? controllers : controllers + workers
}

/** Spot instances have a quota of their own; those that it does not admit are launched on demand. */
async function haveRoomOnSpot(vcpus: number, context: PreflightContext): Promise<boolean> {
  const [limit, used] = await Promise.all([limitOf(SPOT_VCPUS, context), runningVcpus(context, 'spot')])
  return used + vcpus <= limit
}

async function runningVcpus({clients: {ec2}, signal}: PreflightContext, market: Market): Promise<number> {
  const live = [{Name: 'instance-state-name', Values: ['pending', 'running']}]
  const running = await allInstances(ec2, live, signal)
  const counted = running.filter(
    ({InstanceType: type, InstanceLifecycle}) =>
      isStandard(String(type)) && (InstanceLifecycle === 'spot') === (market === 'spot'),
  )
  const unsaid = counted.filter(({CpuOptions}) => CpuOptions?.CoreCount === undefined)
  const types = await typesOfAll(unsaid, {ec2, signal})
  const vcpusOf = ({CpuOptions, InstanceType: type}: Instance): number =>
    CpuOptions?.CoreCount === undefined
      ? (types.get(String(type))?.vcpus ?? 0)
      : CpuOptions.CoreCount * (CpuOptions.ThreadsPerCore ?? 1)
  return counted.reduce((sum, instance) => sum + vcpusOf(instance), 0)
}

function typesOfAll(
  instances: readonly Instance[],
  {ec2, signal}: {ec2: PreflightContext['clients']['ec2']; signal: AbortSignal},
): ReturnType<typeof instanceTypes> {
  const names = [...new Set(instances.flatMap(({InstanceType}) => InstanceType ?? []))]
  return names.length === 0 ? Promise.resolve(new Map()) : instanceTypes(ec2, names, signal)
}
