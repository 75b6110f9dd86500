import type {Listener} from '../../elb-model.js'
import type {RegionState, Tag} from '../../model.js'
import {queryAction} from '../action.js'
import {ApiError} from '../api-error.js'
import {markerRequest, pageOf} from '../listing.js'
import type {Parameters} from '../parameters.js'
import type {XmlElement} from '../xml.js'
import {defaultAttributes} from './attributes.js'
import {checkPort} from './health-check.js'
import {ELB_LIMITS} from './limits.js'
import {LISTENER_ATTRIBUTES} from './listener-attributes.js'
import {arnOf, checkArn, lookUpArn, newResourceId, pathOf} from './names.js'
import {elbTags} from './tags.js'
import {loadBalancersOf} from './target-group.js'

interface CreateRequest {
  readonly loadBalancerArn: string
  readonly port: number
  readonly targetGroupArn: string
  readonly tags: readonly Tag[]
}

export const listenerActions = [
  queryAction('CreateListener', createRequest, async (request, region) => {
    const {listener, vpcId} = await region.store.change(state => create(state, request))
    await region.network.sync(vpcId)
    return {Listeners: [describeListener(listener)]}
  }),
  queryAction(
    'DescribeListeners',
    parameters => {
      const arns = parameters.list('ListenerArns')
      const loadBalancerArn = parameters.optional('LoadBalancerArn')
      if (arns.length > 0 === (loadBalancerArn !== undefined))
        throw new ApiError('ValidationError', 'You must specify either listener ARNs or a load balancer ARN')
      return {arns, loadBalancerArn, page: markerRequest(parameters)}
    },
    ({arns, loadBalancerArn, page}, {store: {state}}) => {
      if (loadBalancerArn !== undefined) lookUpArn(state.loadBalancers, 'loadBalancer', loadBalancerArn)
      for (const arn of arns) lookUpArn(state.listeners, 'listener', arn)
      const wanted = Object.values(state.listeners).filter(
        listener => arns.includes(listener.listenerArn) || listener.loadBalancerArn === loadBalancerArn,
      )
      const {items, nextToken} = pageOf(wanted, listener => listener.listenerArn, page)
      return {Listeners: items.map(describeListener), NextMarker: nextToken}
    },
  ),
  queryAction(
    'ModifyListener',
    parameters => {
      const port = parameters.integer('Port')
      if (port !== undefined) checkPort('Listener port', port)
      checkProtocol(parameters.optional('Protocol') ?? 'TCP')
      return {arn: parameters.required('ListenerArn'), port, targetGroupArn: forwardTarget(parameters)}
    },
    async ({arn, port, targetGroupArn}, region) => {
      const {listener, vpcId} = await region.store.change(state => {
        const listener = lookUpArn(state.listeners, 'listener', arn)
        const {loadBalancerArn} = listener
        if (port !== undefined && port !== listener.port) {
          checkFree(state, loadBalancerArn, port)
          listener.port = port
        }
        if (targetGroupArn !== undefined) {
          checkGroup(state, loadBalancerArn, targetGroupArn)
          listener.targetGroupArn = targetGroupArn
        }
        return {listener, vpcId: lookUpArn(state.loadBalancers, 'loadBalancer', loadBalancerArn).vpcId}
      })
      await region.network.sync(vpcId)
      return {Listeners: [describeListener(listener)]}
    },
  ),
  queryAction(
    'DeleteListener',
    parameters => {
      const arn = parameters.required('ListenerArn')
      checkArn('listener', arn)
      return arn
    },
    async (arn, region) => {
      const vpcId = await region.store.change(state => {
        const listener = lookUpArn(state.listeners, 'listener', arn)
        Reflect.deleteProperty(state.listeners, arn)
        return lookUpArn(state.loadBalancers, 'loadBalancer', listener.loadBalancerArn).vpcId
      })
      await region.network.sync(vpcId)
      return {}
    },
  ),
]

function createRequest(parameters: Parameters): CreateRequest {
  checkProtocol(parameters.required('Protocol'))
  const port = parameters.integer('Port') ?? Number.NaN
  checkPort('Listener port', port)
  const targetGroupArn = forwardTarget(parameters)
  if (targetGroupArn === undefined) throw new ApiError('ValidationError', 'A default action must be specified')
  return {loadBalancerArn: parameters.required('LoadBalancerArn'), port, targetGroupArn, tags: elbTags(parameters)}
}

function create(
  state: RegionState,
  {loadBalancerArn, port, targetGroupArn, tags}: CreateRequest,
): {listener: Listener; vpcId: string} {
  const {vpcId} = lookUpArn(state.loadBalancers, 'loadBalancer', loadBalancerArn)
  checkFree(state, loadBalancerArn, port)
  checkGroup(state, loadBalancerArn, targetGroupArn)
  const listener: Listener = {
    listenerArn: arnOf(state, 'listener', `${pathOf(loadBalancerArn)}/${newResourceId()}`),
    loadBalancerArn,
    port,
    protocol: 'TCP',
    targetGroupArn,
    attributes: defaultAttributes(LISTENER_ATTRIBUTES),
    tags: [...tags],
  }
  state.listeners[listener.listenerArn] = listener
  return {listener, vpcId}
}

function checkProtocol(protocol: string): void {
  if (protocol !== 'TCP')
    throw new ApiError('UnsupportedProtocol', `This region has listeners for TCP, not for '${protocol}'`)
}

/** The one action of a Network Load Balancer's listener: everything goes to one target group, which can be said in two ways. */
function forwardTarget(parameters: Parameters): string | undefined {
  const actions = parameters.groups('DefaultActions')
  const [action] = actions
  if (action === undefined) return undefined
  action.ignore('Order')
  const type = action.required('Type')
  const named = action.optional('TargetGroupArn')
  const listed = (action.group('ForwardConfig')?.groups('TargetGroups') ?? []).map(group => {
    group.ignore('Weight')
    return group.required('TargetGroupArn')
  })
  const arns = [...new Set([...(named === undefined ? [] : [named]), ...listed])]
  const [arn] = arns
  if (type !== 'forward' || actions.length > 1 || arns.length > 1 || arn === undefined)
    throw new ApiError('InvalidLoadBalancerAction', 'A listener of this region forwards to one target group')
  return arn
}

function checkFree(state: RegionState, loadBalancerArn: string, port: number): void {
  const others = Object.values(state.listeners).filter(listener => listener.loadBalancerArn === loadBalancerArn)
  if (others.some(listener => listener.port === port))
    throw new ApiError('DuplicateListener', `A listener already exists on port '${port}' for this load balancer`)
  if (others.length >= ELB_LIMITS['listeners-per-network-load-balancer'])
    throw new ApiError('TooManyListeners', 'The maximum number of listeners has been reached')
}

function checkGroup(state: RegionState, loadBalancerArn: string, targetGroupArn: string): void {
  const group = lookUpArn(state.targetGroups, 'targetGroup', targetGroupArn)
  if (group.vpcId !== state.loadBalancers[loadBalancerArn]?.vpcId)
    throw new ApiError(
      'InvalidConfigurationRequest',
      `The target group '${targetGroupArn}' is not in the VPC of the load balancer`,
    )
  if (loadBalancersOf(state, targetGroupArn).some(arn => arn !== loadBalancerArn))
    throw new ApiError(
      'TargetGroupAssociationLimit',
      `The target group '${targetGroupArn}' cannot be associated with more than one load balancer`,
    )
}

function describeListener(listener: Listener): XmlElement {
  const {listenerArn, loadBalancerArn, port, protocol, targetGroupArn} = listener
  return {
    ListenerArn: listenerArn,
    LoadBalancerArn: loadBalancerArn,
    Port: port,
    Protocol: protocol,
    DefaultActions: [
      {
        Type: 'forward',
        TargetGroupArn: targetGroupArn,
        Order: 1,
        ForwardConfig: {
          TargetGroups: [{TargetGroupArn: targetGroupArn}],
          TargetGroupStickinessConfig: {Enabled: false},
        },
      },
    ],
  }
}
