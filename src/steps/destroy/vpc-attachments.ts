import {awsCommand} from '../../aws/command-line.js'
import type {ResourceClients} from '../../aws/clients.js'
import {classOf} from '../../aws/errors.js'
import type {Inventory} from '../../aws/inventory.js'
import {NOT_OURS} from '../../cluster/report.js'
import {idsOf} from './removal.js'

/** What others have attached to a VPC of the cluster, and what stands in none of its subnets: EC2 deletes no VPC under it. */
export interface VpcAttachment {
  /** The cluster's own that have to stay for it: the VPC, and route tables. */
  readonly holds: readonly string[]
  readonly why: string
  /** What its owner would type. */
  readonly fix: string
}

/** These are no more, or are about to be no more. An endpoint that was rejected still has its interfaces; a peering has nothing. */
const GONE = {
  endpoint: ['deleted', 'deleting'],
  peering: ['deleted', 'deleting', 'rejected', 'failed', 'expired'],
}

/** Endpoints and peerings of the cluster's VPCs (EC2 DescribeVpcEndpoints, DescribeVpcPeeringConnections). */
export async function vpcAttachments(
  {ec2}: Pick<ResourceClients, 'ec2'>,
  {vpcs, routeTables}: Inventory,
  signal: AbortSignal,
): Promise<readonly VpcAttachment[]> {
  const vpcIds = idsOf(vpcs, v => v.VpcId)
  if (vpcIds.length === 0) return []
  const options = {abortSignal: signal}
  const region = await ec2.config.region()
  const of = (Name: string) => ({Filters: [{Name, Values: [...vpcIds]}]})
  const peeringsBy = (side: 'requester' | 'accepter') =>
    visible(ec2.describeVpcPeeringConnections(of(`${side}-vpc-info.vpc-id`), options))
  const [endpoints, asked, accepted] = await Promise.all([
    visible(ec2.describeVpcEndpoints(of('vpc-id'), options)),
    peeringsBy('requester'),
    peeringsBy('accepter'),
  ])
  const peerings = [...(asked?.VpcPeeringConnections ?? []), ...(accepted?.VpcPeeringConnections ?? [])]
  return [
    ...(endpoints?.VpcEndpoints ?? [])
      .filter(({State}) => !GONE.endpoint.includes(String(State).toLowerCase()))
      .map(({VpcEndpointId: id = '', ServiceName, VpcId = '', RouteTableIds = []}) => ({
        holds: [VpcId, ...RouteTableIds],
        why: `is used by VPC endpoint ${id}${ServiceName === undefined ? '' : ` (${ServiceName})`}, ${NOT_OURS}`,
        fix: awsCommand(`ec2 delete-vpc-endpoints --vpc-endpoint-ids ${id}`, region),
      })),
    ...peerings
      .filter(({Status}) => !GONE.peering.includes(String(Status?.Code)))
      .map(({VpcPeeringConnectionId: id = '', RequesterVpcInfo, AccepterVpcInfo}) => {
        const ends = [RequesterVpcInfo?.VpcId, AccepterVpcInfo?.VpcId].flatMap(vpcId => vpcId ?? [])
        const other = ends.find(vpcId => !vpcIds.includes(vpcId))
        const through = routeTables.filter(({Routes = []}) => Routes.some(r => r.VpcPeeringConnectionId === id))
        return {
          holds: [...ends, ...idsOf(through, t => t.RouteTableId)],
          why: `is used by VPC peering ${id}${other === undefined ? '' : ` (with ${other})`}, ${NOT_OURS}`,
          fix: awsCommand(`ec2 delete-vpc-peering-connection --vpc-peering-connection-id ${id}`, region),
        }
      }),
  ]
}

/** Undefined for who may not look: a policy of before khw did is no reason to take nothing down. */
async function visible<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (classOf(error) === 'auth') return undefined
    throw error
  }
}
