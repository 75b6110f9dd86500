import type {TargetGroup} from '../../elb-model.js'
import {queryAction} from '../action.js'
import {attributesOf, defaultAttributes, describeAttributes, FLAG, type AttributeTable} from './attributes.js'
import {lookUpArn} from './names.js'

/** Elastic Load Balancing API Reference, TargetGroupAttribute: those of Network Load Balancers. */
export const TARGET_GROUP_ATTRIBUTES: AttributeTable = {
  'deregistration_delay.timeout_seconds': {
    default: '300',
    allowed: /^([0-9]|[1-9]\d{1,2}|[12]\d{3}|3[0-5]\d{2}|3600)$/,
  },
  'deregistration_delay.connection_termination.enabled': {default: 'false'},
  'preserve_client_ip.enabled': {default: 'true', allowed: FLAG},
  'proxy_protocol_v2.enabled': {default: 'false'},
  'stickiness.enabled': {default: 'false', allowed: FLAG},
  'stickiness.type': {default: 'source_ip'},
  'load_balancing.cross_zone.enabled': {
    default: 'use_load_balancer_configuration',
    allowed: /^(true|false|use_load_balancer_configuration)$/,
  },
  'target_group_health.dns_failover.minimum_healthy_targets.count': {default: '1'},
  'target_group_health.dns_failover.minimum_healthy_targets.percentage': {default: 'off'},
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': {default: '1'},
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': {default: 'off'},
  'target_health_state.unhealthy.connection_termination.enabled': {default: 'true', allowed: FLAG},
  'target_health_state.unhealthy.draining_interval_seconds': {
    default: '0',
    allowed: /^(\d|[1-9]\d{1,4}|[12]\d{5}|3[0-5]\d{4}|360000)$/,
  },
}

/** What a new group starts with: client addresses are preserved for instances, not for addresses. */
export function newTargetGroupAttributes(targetType: TargetGroup['targetType']): Record<string, string> {
  return {
    ...defaultAttributes(TARGET_GROUP_ATTRIBUTES),
    'preserve_client_ip.enabled': String(targetType === 'instance'),
  }
}

export const targetGroupAttributeActions = [
  queryAction(
    'DescribeTargetGroupAttributes',
    parameters => parameters.required('TargetGroupArn'),
    (arn, {store: {state}}) => ({
      Attributes: describeAttributes(lookUpArn(state.targetGroups, 'targetGroup', arn).attributes),
    }),
  ),
  queryAction(
    'ModifyTargetGroupAttributes',
    parameters => ({
      arn: parameters.required('TargetGroupArn'),
      attributes: attributesOf(parameters, TARGET_GROUP_ATTRIBUTES),
    }),
    async ({arn, attributes}, region) => {
      const group = await region.store.change(state => {
        const group = lookUpArn(state.targetGroups, 'targetGroup', arn)
        Object.assign(group.attributes, attributes)
        return group
      })
      await region.network.sync(group.vpcId)
      return {Attributes: describeAttributes(group.attributes)}
    },
  ),
]
