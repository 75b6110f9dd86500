import {parseIpv4} from '../../../cluster/cidr.js'
import type {Target, TargetGroup} from '../../elb-model.js'
import {zoneOfTarget} from '../../targets.js'
import {queryAction} from '../action.js'
import {ApiError} from '../api-error.js'
import type {Region} from '../region.js'
import type {XmlElement} from '../xml.js'
import {lookUpArn} from './names.js'
import {loadBalancersOf} from './target-group.js'
import {targetsOf, type TargetDescription} from './target.js'

interface HealthReport {
  readonly state: 'initial' | 'healthy' | 'unhealthy' | 'unhealthy.draining' | 'unused' | 'draining'
  readonly reason?: string
  readonly description?: string
}

/** Elastic Load Balancing API Reference, TargetHealth: the reasons that Network Load Balancers give, with their words. */
const REASONS = {
  notRegistered: ['unused', 'Target.NotRegistered', 'Target is not registered to the target group'],
  notInUse: ['unused', 'Target.NotInUse', 'Target group is not configured to receive traffic from the load balancer'],
  zoneNotEnabled: [
    'unused',
    'Target.NotInUse',
    'Target is in an Availability Zone that is not enabled for the load balancer',
  ],
  invalidState: ['unused', 'Target.InvalidState', 'Target is in the stopped state'],
  draining: ['draining', 'Target.DeregistrationInProgress', 'Target deregistration is in progress'],
  registering: ['initial', 'Elb.RegistrationInProgress', 'Target registration is in progress'],
  checking: ['initial', 'Elb.InitialHealthChecking', 'Initial health checks in progress'],
  failed: ['unhealthy', 'Target.FailedHealthChecks', 'Health checks failed'],
  failedDraining: ['unhealthy.draining', 'Target.FailedHealthChecks', 'Health checks failed'],
} as const satisfies Record<string, readonly [HealthReport['state'], string, string]>

export const targetHealthActions = [
  queryAction(
    'DescribeTargetHealth',
    parameters => {
      parameters.ignore('Include')
      return {arn: parameters.required('TargetGroupArn'), wanted: targetsOf(parameters)}
    },
    async ({arn, wanted}, region) => {
      const group = lookUpArn(region.store.state.targetGroups, 'targetGroup', arn)
      const targets = wanted.length === 0 ? group.targets : wanted.map(description => found(group, description))
      return {TargetHealthDescriptions: await Promise.all(targets.map(target => describe(target, group, region)))}
    },
  ),
]

function found(group: TargetGroup, {id, port}: TargetDescription): Target {
  const same = group.targets.find(target => target.id === id && target.port === (port ?? target.port))
  if (same !== undefined) return same
  if (group.targetType === 'ip' && parseIpv4(id) === undefined)
    throw new ApiError('InvalidTarget', `'${id}' is not a valid target`)
  return {id, port: port ?? group.port, checkedFrom: ''}
}

async function describe(target: Target, group: TargetGroup, region: Region): Promise<XmlElement> {
  const {state, reason, description} = await healthOf(target, group, region)
  const {healthCheck} = group
  return {
    Target: {
      Id: target.id,
      Port: target.port,
      AvailabilityZone: group.targetType === 'ip' ? zoneOfTarget(region.store.state, group, target) : undefined,
    },
    HealthCheckPort: healthCheck.port === 'traffic-port' ? target.port : healthCheck.port,
    TargetHealth: {State: state, Reason: reason, Description: description},
  }
}

async function healthOf(target: Target, group: TargetGroup, region: Region): Promise<HealthReport> {
  const {state} = region.store
  if (!group.targets.includes(target)) return report('notRegistered')
  if (target.drainedAt !== undefined) return report('draining')
  const [loadBalancerArn] = loadBalancersOf(state, group.targetGroupArn)
  const loadBalancer = state.loadBalancers[loadBalancerArn ?? '']
  if (loadBalancer === undefined) return report('notInUse')
  if (group.targetType === 'instance' && state.instances[target.id]?.state !== 'running') return report('invalidState')
  const zone = zoneOfTarget(state, group, target)
  if (zone !== 'all' && !loadBalancer.zones.some(({availabilityZone}) => availabilityZone === zone))
    return report('zoneNotEnabled')
  if (loadBalancer.state !== 'active' || region.now().getTime() < Date.parse(target.checkedFrom))
    return report('registering')
  switch (await region.fabric.targetHealth(loadBalancer.loadBalancerArn, group.targetGroupArn, target)) {
    case 'initial':
      return report('checking')
    case 'healthy':
      return {state: 'healthy'}
    case 'unhealthy':
      return report('failed')
    case 'unhealthy.draining':
      return report('failedDraining')
  }
}

function report(name: keyof typeof REASONS): HealthReport {
  const [state, reason, description] = REASONS[name]
  return {state, reason, description}
}
