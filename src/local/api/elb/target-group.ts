import type {HealthCheck, TargetGroup} from '../../elb-model.js'
import type {RegionState, Tag} from '../../model.js'
import {queryAction} from '../action.js'
import {ApiError} from '../api-error.js'
import {markerRequest, pageOf} from '../listing.js'
import type {Parameters} from '../parameters.js'
import type {XmlElement} from '../xml.js'
import {checkPort, describeHealthCheck, healthCheckChanges, healthCheckWith} from './health-check.js'
import {ELB_LIMITS} from './limits.js'
import {arnOf, checkArn, checkName, elbNotFound, lookUpArn, newResourceId} from './names.js'
import {elbTags} from './tags.js'
import {newTargetGroupAttributes} from './target-group-attributes.js'

interface CreateRequest {
  readonly name: string
  readonly port: number
  readonly vpcId: string
  readonly targetType: TargetGroup['targetType']
  readonly healthCheck: HealthCheck
  readonly tags: readonly Tag[]
}

export const targetGroupActions = [
  queryAction('CreateTargetGroup', createRequest, async (request, region) => {
    const group = await region.store.change(state => create(state, request))
    return {TargetGroups: [describeTargetGroup(group, region.store.state)]}
  }),
  queryAction('DescribeTargetGroups', listRequest, ({arns, names, loadBalancerArn, page}, {store: {state}}) => {
    const all = Object.values(state.targetGroups)
    for (const arn of arns) lookUpArn(state.targetGroups, 'targetGroup', arn)
    for (const name of names)
      if (!all.some(({targetGroupName}) => targetGroupName === name)) throw elbNotFound('targetGroup', name)
    if (loadBalancerArn !== undefined) lookUpArn(state.loadBalancers, 'loadBalancer', loadBalancerArn)
    const isWanted = ({targetGroupArn, targetGroupName}: TargetGroup): boolean => {
      if (loadBalancerArn !== undefined) return loadBalancersOf(state, targetGroupArn).includes(loadBalancerArn)
      return arns.length + names.length === 0 || arns.includes(targetGroupArn) || names.includes(targetGroupName)
    }
    const {items, nextToken} = pageOf(all.filter(isWanted), item => item.targetGroupArn, page)
    return {TargetGroups: items.map(group => describeTargetGroup(group, state)), NextMarker: nextToken}
  }),
  queryAction(
    'ModifyTargetGroup',
    parameters => ({arn: parameters.required('TargetGroupArn'), changes: healthCheckChanges(parameters)}),
    async ({arn, changes}, region) => {
      const group = await region.store.change(state => {
        const group = lookUpArn(state.targetGroups, 'targetGroup', arn)
        group.healthCheck = healthCheckWith(group.healthCheck, changes)
        return group
      })
      await region.network.sync(group.vpcId)
      return {TargetGroups: [describeTargetGroup(group, region.store.state)]}
    },
  ),
  queryAction(
    'DeleteTargetGroup',
    parameters => {
      const arn = parameters.required('TargetGroupArn')
      checkArn('targetGroup', arn)
      return arn
    },
    async (arn, region) => {
      await region.store.change(state => {
        if (loadBalancersOf(state, arn).length > 0)
          throw new ApiError('ResourceInUse', `Target group '${arn}' is currently in use by a listener or a rule`)
        Reflect.deleteProperty(state.targetGroups, arn)
      })
      return {}
    },
  ),
]

/** ARNs of the load balancers whose listeners send to the group. */
export function loadBalancersOf(state: RegionState, targetGroupArn: string): string[] {
  const listeners = Object.values(state.listeners).filter(listener => listener.targetGroupArn === targetGroupArn)
  return [...new Set(listeners.map(({loadBalancerArn}) => loadBalancerArn))]
}

function createRequest(parameters: Parameters): CreateRequest {
  const name = parameters.required('Name')
  checkName('target group', name)
  const targetType = parameters.optional('TargetType') ?? 'instance'
  if (targetType !== 'instance' && targetType !== 'ip')
    throw new ApiError(
      'InvalidConfigurationRequest',
      `This region has target groups of type 'instance' and 'ip', not '${targetType}'`,
    )
  const protocol = parameters.required('Protocol')
  if (protocol !== 'TCP')
    throw new ApiError('InvalidConfigurationRequest', `This region has target groups for TCP, not for '${protocol}'`)
  const port = parameters.integer('Port') ?? Number.NaN
  checkPort('Target group port', port)
  const addresses = parameters.optional('IpAddressType') ?? 'ipv4'
  if (addresses !== 'ipv4')
    throw new ApiError(
      'InvalidConfigurationRequest',
      `The IP address type '${addresses}' is not available in this region`,
    )
  return {
    name,
    targetType,
    port,
    vpcId: parameters.required('VpcId'),
    healthCheck: healthCheckWith({}, healthCheckChanges(parameters)),
    tags: elbTags(parameters),
  }
}

function create(state: RegionState, request: CreateRequest): TargetGroup {
  const {name, port, vpcId, targetType, healthCheck, tags} = request
  if (state.vpcs[vpcId] === undefined) throw new ApiError('ValidationError', `The VPC ID '${vpcId}' is not found`)
  const twin = Object.values(state.targetGroups).find(({targetGroupName}) => targetGroupName === name)
  if (twin !== undefined) {
    const settings = (group: Omit<CreateRequest, 'name'>): string =>
      JSON.stringify([group.port, group.vpcId, group.targetType, sorted(group.healthCheck), group.tags])
    if (settings(twin) === settings(request)) return twin
    throw new ApiError(
      'DuplicateTargetGroupName',
      `A target group with the same name '${name}' exists, but with different settings`,
    )
  }
  if (Object.keys(state.targetGroups).length >= ELB_LIMITS['target-groups'])
    throw new ApiError('TooManyTargetGroups', 'The maximum number of target groups has been reached')
  const targetGroupArn = arnOf(state, 'targetGroup', `${name}/${newResourceId()}`)
  const group: TargetGroup = {
    targetGroupArn,
    targetGroupName: name,
    protocol: 'TCP',
    port,
    vpcId,
    targetType,
    healthCheck,
    attributes: newTargetGroupAttributes(targetType),
    targets: [],
    tags: [...tags],
  }
  state.targetGroups[targetGroupArn] = group
  return group
}

function sorted(check: HealthCheck): [string, unknown][] {
  return Object.entries(check).sort(([a], [b]) => (a < b ? -1 : 1))
}

function listRequest(parameters: Parameters) {
  const arns = parameters.list('TargetGroupArns')
  const names = parameters.list('Names')
  const loadBalancerArn = parameters.optional('LoadBalancerArn')
  if ([arns.length > 0, names.length > 0, loadBalancerArn !== undefined].filter(Boolean).length > 1)
    throw new ApiError(
      'ValidationError',
      'Only one of load balancer ARN, target group ARNs and target group names can be specified',
    )
  return {arns, names, loadBalancerArn, page: markerRequest(parameters)}
}

function describeTargetGroup(group: TargetGroup, state: RegionState): XmlElement {
  return {
    TargetGroupArn: group.targetGroupArn,
    TargetGroupName: group.targetGroupName,
    Protocol: group.protocol,
    Port: group.port,
    VpcId: group.vpcId,
    ...describeHealthCheck(group.healthCheck),
    LoadBalancerArns: loadBalancersOf(state, group.targetGroupArn),
    TargetType: group.targetType,
    IpAddressType: 'ipv4',
  }
}
