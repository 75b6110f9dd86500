import {action} from '../action.js'
import {absent, filtersOf, matcher} from '../filters.js'
import type {Parameters} from '../parameters.js'

/** Neither endpoints of AWS's services nor peerings can be made here: whoever looks for them is told that there are none. */
export const vpcAttachmentActions = [
  action(
    'DescribeVpcEndpoints',
    parameters => {
      lookFor(parameters, 'VpcEndpointId', absent('vpc-id', 'vpc-endpoint-id', 'vpc-endpoint-state', 'service-name'))
    },
    () => ({vpcEndpointSet: []}),
  ),
  action(
    'DescribeVpcPeeringConnections',
    parameters => {
      const ends = ['requester', 'accepter'].map(side => `${side}-vpc-info.vpc-id`)
      lookFor(parameters, 'VpcPeeringConnectionId', absent(...ends, 'vpc-peering-connection-id', 'status-code'))
    },
    () => ({vpcPeeringConnectionSet: []}),
  ),
]

/** Refuses filters that EC2 does not know, and takes what else a listing may be asked for. */
function lookFor(parameters: Parameters, ids: string, fields: ReturnType<typeof absent>): void {
  matcher<unknown>(filtersOf(parameters), fields, () => [])
  parameters.list(ids)
  parameters.ignore('MaxResults', 'NextToken')
}
