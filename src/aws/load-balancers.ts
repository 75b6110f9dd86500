import type {Tag} from '@aws-sdk/client-ec2'
import type {
  ElasticLoadBalancingV2,
  Listener,
  LoadBalancer,
  TargetGroup,
  TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type {ResourceClients} from './clients.js'
import {awsErrorCode, classOf} from './errors.js'
import type {Look} from './kinds.js'
import {tagsByArn, unlessGone} from './load-balancer-tags.js'
import {CLUSTER_ID_TAG, tagValue} from './tags.js'

/** A load balancer with its tags and listeners, which have to be asked for by its ARN. */
export interface KnownLoadBalancer extends LoadBalancer {
  readonly Tags: Tag[]
  readonly Listeners: readonly Listener[]
}

/** A target group with its tags and what is registered with it, which have to be asked for by its ARN. */
export interface KnownTargetGroup extends TargetGroup {
  readonly Tags: Tag[]
  readonly Targets: readonly TargetHealthDescription[]
}

const PREFIX = 'khw-'

/**
 * What the cluster's load balancer and its target group are called: ELB knows them by name, so that a second call makes
 * no second one, and has no filters by tag, so that the name is how they are found. At most 32 letters, digits and dashes.
 */
export function loadBalancerName(clusterId: string): string {
  return PREFIX + clusterId.replaceAll('-', '').slice(0, 32 - PREFIX.length)
}

/** As EC2 describes the interfaces of a load balancer of that name: `ELB net/NAME/50dc6c495c0c9188`. */
export function isInterfaceOf(name: string, description: string | undefined): boolean {
  return description?.startsWith(`ELB net/${name}/`) === true
}

export async function describeLoadBalancers(
  from: ResourceClients,
  look: Look,
  signal: AbortSignal,
): Promise<readonly KnownLoadBalancer[]> {
  return asFarAsAllowed(from, look, signal, () => askForLoadBalancers(from, look, signal))
}

async function askForLoadBalancers(
  {elb}: ResourceClients,
  look: Look,
  signal: AbortSignal,
): Promise<readonly KnownLoadBalancer[]> {
  const options = {abortSignal: signal}
  const found = await pagesOf(look, async input => {
    const {LoadBalancers = [], NextMarker} = await elb.describeLoadBalancers(input, options)
    return [
      LoadBalancers.map(resource => ({resource, name: resource.LoadBalancerName, arn: resource.LoadBalancerArn})),
      NextMarker,
    ]
  })
  return withDetails(elb, look, found, signal, async (resource, arn, Tags) => {
    const {Listeners = []} = await elb.describeListeners({LoadBalancerArn: arn}, options)
    return {...resource, Tags, Listeners}
  })
}

export async function describeTargetGroups(
  from: ResourceClients,
  look: Look,
  signal: AbortSignal,
): Promise<readonly KnownTargetGroup[]> {
  return asFarAsAllowed(from, look, signal, () => askForTargetGroups(from, look, signal))
}

/**
 * Who may not ask ELB has made nothing there. EC2 shows whether somebody else has: a load balancer has interfaces, each
 * with its name, and if there is one that is looked for, not seeing it is an error. A target group that is left alone has
 * none: such a one, which costs nothing, is not seen by them.
 */
async function asFarAsAllowed<T>(
  {ec2}: ResourceClients,
  look: Look,
  signal: AbortSignal,
  ask: () => Promise<readonly T[]>,
): Promise<readonly T[]> {
  try {
    return await ask()
  } catch (error) {
    if (awsErrorCode(error) === undefined || classOf(error) !== 'auth') throw error
    const name = 'clusterId' in look ? loadBalancerName(look.clusterId) : 'vpcIds' in look ? '*' : `${PREFIX}*`
    const Filters = [
      {Name: 'description', Values: [`ELB net/${name}/*`]},
      ...('vpcIds' in look ? [{Name: 'vpc-id', Values: [...look.vpcIds]}] : []),
    ]
    const {NetworkInterfaces = []} = await ec2.describeNetworkInterfaces({Filters}, {abortSignal: signal})
    if (NetworkInterfaces.length > 0) throw error
    return []
  }
}

async function askForTargetGroups(
  {elb}: ResourceClients,
  look: Look,
  signal: AbortSignal,
): Promise<readonly KnownTargetGroup[]> {
  const options = {abortSignal: signal}
  const found = await pagesOf(look, async input => {
    const {TargetGroups = [], NextMarker} = await elb.describeTargetGroups(input, options)
    return [
      TargetGroups.map(resource => ({resource, name: resource.TargetGroupName, arn: resource.TargetGroupArn})),
      NextMarker,
    ]
  })
  return withDetails(elb, look, found, signal, async (resource, arn, Tags) => {
    const {TargetHealthDescriptions = []} = await elb.describeTargetHealth({TargetGroupArn: arn}, options)
    return {...resource, Tags, Targets: TargetHealthDescriptions}
  })
}

interface Found<T> {
  readonly resource: T
  readonly name: string | undefined
  readonly arn: string | undefined
}

type Page<T> = readonly [readonly Found<T>[], string | undefined]

/** Those that may be meant, by their names or their VPC. */
async function pagesOf<T extends {readonly VpcId?: string | undefined}>(
  look: Look,
  page: (input: {Names?: string[]; Marker?: string}) => Promise<Page<T>>,
): Promise<readonly Found<T>[]> {
  if ('clusterId' in look) {
    const named = await unlessGone(() => page({Names: [loadBalancerName(look.clusterId)]}))
    return named?.[0] ?? []
  }
  const isMeant = ({name, resource}: Found<T>): boolean =>
    'vpcIds' in look ? look.vpcIds.includes(resource.VpcId ?? '') : name?.startsWith(PREFIX) === true
  const all: Found<T>[] = []
  let Marker: string | undefined
  do {
    const [some, next] = await page(Marker === undefined ? {} : {Marker})
    all.push(...some.filter(isMeant))
    Marker = next
  } while (Marker)
  return all
}

/** Adds what has to be asked for by ARN, and leaves out what is not meant after all, or gone meanwhile. */
async function withDetails<T, Known>(
  elb: ElasticLoadBalancingV2,
  look: Look,
  found: readonly Found<T>[],
  signal: AbortSignal,
  detailed: (resource: T, arn: string, tags: Tag[]) => Promise<Known>,
): Promise<readonly Known[]> {
  const tags = await tagsByArn(
    elb,
    found.flatMap(({arn}) => arn ?? []),
    signal,
  )
  const known = await Promise.all(
    found.map(async ({resource, arn}) => {
      const own = arn === undefined ? undefined : tags.get(arn)
      if (arn === undefined || own === undefined || !isTagged(own, look)) return undefined
      return unlessGone(() => detailed(resource, arn, own))
    }),
  )
  return known.filter(each => each !== undefined)
}

function isTagged(tags: readonly Tag[], look: Look): boolean {
  if ('vpcIds' in look) return true
  const id = tagValue(tags, CLUSTER_ID_TAG)
  return 'clusterId' in look ? id === look.clusterId : id !== undefined
}
