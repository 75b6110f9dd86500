import {queryAction} from '../action.js'
import {attributesOf, describeAttributes, FLAG, type AttributeTable} from './attributes.js'
import {lookUpArn} from './names.js'

/** Elastic Load Balancing API Reference, LoadBalancerAttribute: those of Network Load Balancers. */
export const LOAD_BALANCER_ATTRIBUTES: AttributeTable = {
  'access_logs.s3.enabled': {default: 'false'},
  'access_logs.s3.bucket': {default: ''},
  'access_logs.s3.prefix': {default: ''},
  'deletion_protection.enabled': {default: 'false', allowed: FLAG},
  'load_balancing.cross_zone.enabled': {default: 'false', allowed: FLAG},
  'dns_record.client_routing_policy': {default: 'any_availability_zone'},
  'zonal_shift.config.enabled': {default: 'false'},
  'secondary_ips.auto_assigned.per_subnet': {default: '0'},
}

export const loadBalancerAttributeActions = [
  queryAction(
    'DescribeLoadBalancerAttributes',
    parameters => parameters.required('LoadBalancerArn'),
    (arn, {store: {state}}) => ({
      Attributes: describeAttributes(lookUpArn(state.loadBalancers, 'loadBalancer', arn).attributes),
    }),
  ),
  queryAction(
    'ModifyLoadBalancerAttributes',
    parameters => ({
      arn: parameters.required('LoadBalancerArn'),
      attributes: attributesOf(parameters, LOAD_BALANCER_ATTRIBUTES),
    }),
    async ({arn, attributes}, region) => {
      const loadBalancer = await region.store.change(state => {
        const loadBalancer = lookUpArn(state.loadBalancers, 'loadBalancer', arn)
        Object.assign(loadBalancer.attributes, attributes)
        return loadBalancer
      })
      await region.network.sync(loadBalancer.vpcId)
      return {Attributes: describeAttributes(loadBalancer.attributes)}
    },
  ),
]
