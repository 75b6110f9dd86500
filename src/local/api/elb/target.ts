import {contains, parseCidr, parseIpv4, type Cidr} from '../../../cluster/cidr.js'
import type {Target, TargetGroup} from '../../elb-model.js'
import type {RegionState} from '../../model.js'
import {queryAction} from '../action.js'
import {ApiError, missingParameter} from '../api-error.js'
import {storedCidr} from '../cidr-parameter.js'
import type {Parameters} from '../parameters.js'
import {checkPort} from './health-check.js'
import {ELB_LIMITS} from './limits.js'
import {lookUpArn} from './names.js'

/** A target as calls name it. */
export interface TargetDescription {
  readonly id: string
  readonly port: number | undefined
  readonly availabilityZone: string | undefined
}

/** Where targets by address may be outside the VPC (RFC 1918, RFC 6598), as the target group's guide has it. */
const OUTSIDE = ['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16']

export const targetActions = [
  queryAction('RegisterTargets', targetRequest, async ({arn, targets}, region) => {
    const checkedFrom = new Date(region.now().getTime() + region.latency().targetRegistration).toISOString()
    const vpcId = await region.store.change(state => {
      const group = lookUpArn(state.targetGroups, 'targetGroup', arn)
      for (const wanted of targets) {
        const target = {...checkedTarget(state, group, wanted), checkedFrom}
        const present = group.targets.find(other => isSameTarget(other, target))
        // Who is registered already stays as it is; who was on its way out comes back.
        if (present !== undefined && present.drainedAt === undefined) continue
        group.targets = [...group.targets.filter(other => other !== present), target]
      }
      if (group.targets.length > ELB_LIMITS['targets-per-network-load-balancer'])
        throw new ApiError('TooManyTargets', 'The maximum number of targets has been reached')
      return group.vpcId
    })
    await region.network.sync(vpcId)
    return {}
  }),
  queryAction('DeregisterTargets', targetRequest, async ({arn, targets}, region) => {
    const vpcId = await region.store.change(state => {
      const group = lookUpArn(state.targetGroups, 'targetGroup', arn)
      const delay = Number(group.attributes['deregistration_delay.timeout_seconds'] ?? 0) * 1000
      const drainedAt = new Date(region.now().getTime() + delay).toISOString()
      // A target of the wrong kind is refused; one that is not there is gone already.
      for (const wanted of targets)
        for (const target of group.targets)
          if (target.id === wanted.id && (wanted.port ?? target.port) === target.port) target.drainedAt ??= drainedAt
      return group.vpcId
    })
    region.loadBalancers.drain()
    await region.network.sync(vpcId)
    return {}
  }),
]

export function targetsOf(parameters: Parameters): TargetDescription[] {
  return parameters.groups('Targets').map(target => {
    const port = target.integer('Port')
    if (port !== undefined) checkPort('Target port', port)
    return {id: target.required('Id'), port, availabilityZone: target.optional('AvailabilityZone')}
  })
}

export function isSameTarget(a: Pick<Target, 'id' | 'port'>, b: Pick<Target, 'id' | 'port'>): boolean {
  return a.id === b.id && a.port === b.port
}

function targetRequest(parameters: Parameters): {arn: string; targets: TargetDescription[]} {
  const targets = targetsOf(parameters)
  if (targets.length === 0) throw missingParameter('Targets')
  return {arn: parameters.required('TargetGroupArn'), targets}
}

function checkedTarget(
  state: RegionState,
  group: TargetGroup,
  {id, port = group.port, availabilityZone}: TargetDescription,
): Omit<Target, 'checkedFrom'> {
  if (group.targetType === 'instance') {
    const instance = state.instances[id]
    if (instance?.vpcId !== group.vpcId)
      throw new ApiError(
        'InvalidTarget',
        `The following targets are not valid instances, or are not in the target group VPC '${group.vpcId}': '${id}'`,
      )
    if (instance.state !== 'running')
      throw new ApiError(
        'InvalidTarget',
        `The following targets are not in a running state and cannot be registered: '${id}'`,
      )
    return {id, port}
  }
  const address = parseIpv4(id)
  if (address === undefined) throw new ApiError('ValidationError', `'${id}' must be a valid IPv4 address`)
  const host: Cidr = {base: address, prefix: 32}
  const vpc = state.vpcs[group.vpcId]
  if (vpc !== undefined && contains(storedCidr(vpc.cidrBlock), host)) {
    const isInSubnet = Object.values(state.subnets).some(
      subnet => subnet.vpcId === group.vpcId && contains(storedCidr(subnet.cidrBlock), host),
    )
    if (!isInSubnet)
      throw new ApiError('InvalidTarget', `The IP address '${id}' is not within a subnet of the VPC '${group.vpcId}'`)
    return {id, port}
  }
  if (availabilityZone !== 'all')
    throw new ApiError(
      'ValidationError',
      `You must specify an Availability Zone of 'all' to register targets outside of the VPC: '${id}'`,
    )
  const isPrivate = OUTSIDE.some(range => contains(parseCidr(range) ?? host, host))
  if (!isPrivate) throw new ApiError('InvalidTarget', `The IP address '${id}' is not from a private range`)
  return {id, port, availabilityZone}
}
