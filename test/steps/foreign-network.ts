import type {EC2} from '@aws-sdk/client-ec2'
import type {CreateRequest} from '../../src/steps/request/create-request.js'
import {present} from '../local/api/test-region.js'

/** A network of somebody else's: 10.50.0.0/16, in it two subnets with a way in from outside, and one without. */
export interface ForeignNetwork {
  readonly vpcId: string
  readonly gatewayId: string
  readonly publicSubnets: readonly [string, string]
  readonly privateSubnet: string
  /** That of the second public subnet; the first goes by the main one. */
  readonly tableId: string
  readonly mainTableId: string
  readonly request: CreateRequest
}

export async function foreignNetwork(ec2: EC2): Promise<ForeignNetwork> {
  const vpcId = present((await ec2.createVpc({CidrBlock: '10.50.0.0/16'})).Vpc?.VpcId)
  const gatewayId = present((await ec2.createInternetGateway({})).InternetGateway?.InternetGatewayId)
  await ec2.attachInternetGateway({VpcId: vpcId, InternetGatewayId: gatewayId})
  const subnet = async (n: number): Promise<string> =>
    present((await ec2.createSubnet({VpcId: vpcId, CidrBlock: `10.50.${n}.0/24`})).Subnet?.SubnetId)
  const [a, b, c] = [await subnet(1), await subnet(2), await subnet(3)]
  const {RouteTables = []} = await ec2.describeRouteTables({Filters: [{Name: 'vpc-id', Values: [vpcId]}]})
  const mainTableId = present(RouteTables[0]?.RouteTableId)
  const table = async (SubnetId: string): Promise<string> => {
    const RouteTableId = present((await ec2.createRouteTable({VpcId: vpcId})).RouteTable?.RouteTableId)
    await ec2.associateRouteTable({RouteTableId, SubnetId})
    return RouteTableId
  }
  const tableId = await table(b)
  await table(c)
  for (const RouteTableId of [mainTableId, tableId])
    await ec2.createRoute({RouteTableId, DestinationCidrBlock: '0.0.0.0/0', GatewayId: gatewayId})
  await ec2.createSecurityGroup({VpcId: vpcId, GroupName: 'theirs', Description: 'of somebody else'})
  return {
    vpcId,
    gatewayId,
    publicSubnets: [a, b],
    privateSubnet: c,
    tableId,
    mainTableId,
    request: {vpcId, subnetIds: [a, b], provider: 'local', controllers: 1, workers: 2},
  }
}
