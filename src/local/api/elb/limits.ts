import {queryAction} from '../action.js'
import {lookUpArn} from './names.js'

/** Elastic Load Balancing's default quotas (Network Load Balancers guide, "Quotas"), and the names they go by in the API. */
export const ELB_LIMITS = {
  'network-load-balancers': 50,
  'targets-per-network-load-balancer': 3000,
  'targets-per-availability-zone-per-network-load-balancer': 500,
  'listeners-per-network-load-balancer': 50,
  'target-groups': 3000,
} as const

export const limitActions = [
  queryAction(
    'DescribeAccountLimits',
    parameters => {
      parameters.ignore('Marker', 'PageSize')
    },
    () => ({Limits: Object.entries(ELB_LIMITS).map(([Name, Max]) => ({Name, Max}))}),
  ),
  // Nothing can be reserved here; who keeps a record of a load balancer asks all the same.
  queryAction(
    'DescribeCapacityReservation',
    parameters => parameters.required('LoadBalancerArn'),
    (arn, {store: {state}}) => {
      lookUpArn(state.loadBalancers, 'loadBalancer', arn)
      return {DecreaseRequestsRemaining: 0, CapacityReservationState: []}
    },
  ),
]
