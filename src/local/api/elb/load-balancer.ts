import type {LoadBalancer} from '../../elb-model.js'
import type {RegionState, Tag} from '../../model.js'
import {queryAction} from '../action.js'
import {ApiError} from '../api-error.js'
import {ensureLinkedRole} from '../iam/service-linked-role.js'
import {markerRequest, pageOf} from '../listing.js'
import type {Parameters} from '../parameters.js'
import type {Region} from '../region.js'
import {defaultAttributes} from './attributes.js'
import {ELB_LIMITS} from './limits.js'
import {LOAD_BALANCER_ATTRIBUTES} from './load-balancer-attributes.js'
import {groupsOf, subnetMappings, vpcOfSubnets} from './load-balancer-subnets.js'
import {describeLoadBalancer} from './load-balancer-view.js'
import {newManagedInterface, type SubnetMapping} from './managed-interface.js'
import {arnOf, checkArn, checkName, elbNotFound, lookUpArn, newResourceId} from './names.js'
import {releaseInterfaces} from './release.js'
import {elbTags} from './tags.js'

interface CreateRequest {
  readonly name: string
  readonly scheme: LoadBalancer['scheme']
  readonly mappings: readonly SubnetMapping[]
  readonly securityGroups: readonly string[]
  readonly tags: readonly Tag[]
}

export const loadBalancerActions = [
  queryAction('CreateLoadBalancer', createRequest, async (request, region) => {
    const {isNew, loadBalancer} = await region.store.change(state => create(state, request, region))
    if (isNew) void region.loadBalancers.provision(loadBalancer.loadBalancerArn)
    return {LoadBalancers: [describeLoadBalancer(loadBalancer, region.store.state)]}
  }),
  queryAction('DescribeLoadBalancers', listRequest, ({arns, names, page}, {store: {state}}) => {
    const all = Object.values(state.loadBalancers)
    for (const arn of arns) lookUpArn(state.loadBalancers, 'loadBalancer', arn)
    for (const name of names)
      if (!all.some(({loadBalancerName}) => loadBalancerName === name)) throw elbNotFound('loadBalancer', name)
    const isWanted = ({loadBalancerArn, loadBalancerName}: LoadBalancer): boolean =>
      arns.length + names.length === 0 || arns.includes(loadBalancerArn) || names.includes(loadBalancerName)
    const {items, nextToken} = pageOf(all.filter(isWanted), item => item.loadBalancerArn, page)
    return {LoadBalancers: items.map(item => describeLoadBalancer(item, state)), NextMarker: nextToken}
  }),
  queryAction(
    'DeleteLoadBalancer',
    parameters => {
      const arn = parameters.required('LoadBalancerArn')
      checkArn('loadBalancer', arn)
      return arn
    },
    async (arn, region) => {
      const vpcId = await region.store.change(state => remove(state, arn, region))
      if (vpcId === undefined) return {}
      // Whatever becomes of the synchronisation, the interfaces go.
      region.loadBalancers.release()
      await region.network.sync(vpcId)
      return {}
    },
  ),
]

function createRequest(parameters: Parameters): CreateRequest {
  const name = parameters.required('Name')
  checkName('load balancer', name)
  if (name.startsWith('internal-'))
    throw new ApiError('ValidationError', `The load balancer name '${name}' cannot begin with 'internal-'`)
  const type = parameters.optional('Type') ?? 'application'
  if (type !== 'network')
    throw new ApiError('InvalidConfigurationRequest', `This region has load balancers of type 'network', not '${type}'`)
  const scheme = parameters.optional('Scheme') ?? 'internet-facing'
  if (scheme !== 'internet-facing' && scheme !== 'internal')
    throw new ApiError('InvalidScheme', `The scheme '${scheme}' is not valid`)
  const addresses = parameters.optional('IpAddressType') ?? 'ipv4'
  if (addresses !== 'ipv4')
    throw new ApiError(
      'InvalidConfigurationRequest',
      `The IP address type '${addresses}' is not available in this region`,
    )
  return {
    name,
    scheme,
    mappings: subnetMappings(parameters),
    securityGroups: parameters.list('SecurityGroups'),
    tags: elbTags(parameters),
  }
}

function create(
  state: RegionState,
  request: CreateRequest,
  {publicRange, now}: Region,
): {isNew: boolean; loadBalancer: LoadBalancer} {
  const {name, scheme, mappings, tags} = request
  const vpcId = vpcOfSubnets(state, mappings, scheme)
  const securityGroups = groupsOf(state, vpcId, request.securityGroups)
  const twin = Object.values(state.loadBalancers).find(({loadBalancerName}) => loadBalancerName === name)
  if (twin !== undefined) {
    if (isSame(twin, request, vpcId)) return {isNew: false, loadBalancer: twin}
    throw new ApiError(
      'DuplicateLoadBalancerName',
      `A load balancer with the same name '${name}' exists, but with different settings`,
    )
  }
  if (Object.keys(state.loadBalancers).length >= ELB_LIMITS['network-load-balancers'])
    throw new ApiError('TooManyLoadBalancers', 'The maximum number of load balancers has been reached')
  const id = newResourceId()
  const loadBalancerArn = arnOf(state, 'loadBalancer', `net/${name}/${id}`)
  const time = now()
  const zones = mappings.map(mapping =>
    newManagedInterface(state, {loadBalancerArn, scheme, securityGroups}, mapping, {publicRange, now: time}),
  )
  const loadBalancer: LoadBalancer = {
    loadBalancerArn,
    loadBalancerName: name,
    dnsName: `${name}-${id}.elb.${state.region}.amazonaws.com`,
    createdTime: time.toISOString(),
    scheme,
    vpcId,
    state: 'provisioning',
    zones,
    securityGroups,
    attributes: defaultAttributes(LOAD_BALANCER_ATTRIBUTES),
    tags: [...tags],
  }
  state.loadBalancers[loadBalancerArn] = loadBalancer
  ensureLinkedRole(state, 'elasticloadbalancing.amazonaws.com', time)
  return {isNew: true, loadBalancer}
}

/** Whether a call asks for what is there already, which makes it one that was sent twice. */
function isSame(twin: LoadBalancer, {scheme, mappings, securityGroups, tags}: CreateRequest, vpcId: string): boolean {
  const isEqual = (a: readonly string[], b: readonly string[]): boolean =>
    JSON.stringify([...new Set(a)].sort()) === JSON.stringify([...new Set(b)].sort())
  const asText = ({key, value}: Tag): string => JSON.stringify([key, value])
  return (
    twin.scheme === scheme &&
    twin.vpcId === vpcId &&
    isEqual(
      twin.zones.map(({subnetId}) => subnetId),
      mappings.map(({subnetId}) => subnetId),
    ) &&
    isEqual(twin.securityGroups, securityGroups) &&
    isEqual(twin.tags.map(asText), tags.map(asText))
  )
}

/** Its listeners go along; its interfaces follow after a while. The VPC's id, if there was such a load balancer. */
function remove(state: RegionState, arn: string, region: Region): string | undefined {
  const loadBalancer = state.loadBalancers[arn]
  if (loadBalancer === undefined) return undefined
  if (loadBalancer.attributes['deletion_protection.enabled'] === 'true')
    throw new ApiError(
      'OperationNotPermitted',
      `Load balancer '${arn}' cannot be deleted because deletion protection is enabled`,
    )
  for (const {listenerArn, loadBalancerArn} of Object.values(state.listeners))
    if (loadBalancerArn === arn) Reflect.deleteProperty(state.listeners, listenerArn)
  Reflect.deleteProperty(state.loadBalancers, arn)
  releaseInterfaces(state, loadBalancer.zones, region)
  return loadBalancer.vpcId
}

function listRequest(parameters: Parameters) {
  const arns = parameters.list('LoadBalancerArns')
  const names = parameters.list('Names')
  if (arns.length > 0 && names.length > 0)
    throw new ApiError('ValidationError', 'Load balancer ARNs and names cannot be specified at the same time')
  return {arns, names, page: markerRequest(parameters)}
}
