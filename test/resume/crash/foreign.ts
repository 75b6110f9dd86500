import {EC2, type ResourceType, type TagSpecification} from '@aws-sdk/client-ec2'
import {ElasticLoadBalancingV2} from '@aws-sdk/client-elastic-load-balancing-v2'
import {loadBalancerName} from '../../../src/aws/load-balancers.js'
import {stepTags} from '../../../src/aws/tags.js'
import {generateSshKey} from '../../../src/ssh/keys.js'
import {CREDENTIALS, IMAGE} from '../../local/api/test-region.js'

/** Of nobody who is destroyed here; khw would not let two clusters of one region have the same name. */
const OTHER_CLUSTER = 'f0e1d2c3-0000-4000-8000-000000000001'
const OTHER = {
  clusterId: OTHER_CLUSTER,
  clusterName: 'of-somebody-else',
  createdAt: '2026-01-01T00:00:00.000Z',
  expiresAt: null,
}

/**
 * Puts things into the region that look like the cluster's: the same names, tags, CIDR and steps, but the id of another
 * cluster, and one VPC that has only the name. They must be there, unchanged, when all is over.
 */
export async function putForeignThings(endpoint: string, clusterName: string): Promise<void> {
  const ec2 = new EC2({endpoint, region: 'local-1', credentials: CREDENTIALS, maxAttempts: 1})
  const tagged = (type: ResourceType, stepId: string, name = clusterName): {TagSpecifications: TagSpecification[]} => ({
    TagSpecifications: [{ResourceType: type, Tags: stepTags({...OTHER, stepId, name})}],
  })
  const Tags = [{Key: 'Name', Value: clusterName}]
  await ec2.createVpc({CidrBlock: '10.240.0.0/16', TagSpecifications: [{ResourceType: 'vpc', Tags}]})
  const {Vpc} = await ec2.createVpc({CidrBlock: '10.240.0.0/16', ...tagged('vpc', 'network/vpc')})
  const VpcId = Vpc?.VpcId
  const {Subnet} = await ec2.createSubnet({VpcId, CidrBlock: '10.240.0.0/24', ...tagged('subnet', 'network/subnet/1')})
  const {InternetGateway} = await ec2.createInternetGateway(tagged('internet-gateway', 'network/internet-gateway'))
  await ec2.attachInternetGateway({VpcId, InternetGatewayId: InternetGateway?.InternetGatewayId})
  const {RouteTable} = await ec2.createRouteTable({VpcId, ...tagged('route-table', 'network/route-table')})
  await ec2.associateRouteTable({SubnetId: Subnet?.SubnetId, RouteTableId: RouteTable?.RouteTableId})
  const {GroupId} = await ec2.createSecurityGroup({
    VpcId,
    GroupName: `${clusterName}-controller`,
    Description: 'of somebody else',
    ...tagged('security-group', 'network/security-group/controller', `${clusterName}-controller`),
  })
  await ec2.importKeyPair({
    KeyName: `khw-${clusterName}-${OTHER_CLUSTER.slice(0, 8)}`,
    PublicKeyMaterial: Buffer.from(generateSshKey('foreign').publicKey),
    ...tagged('key-pair', 'access/key-pair'),
  })
  await ec2.runInstances({
    ImageId: IMAGE.imageId,
    InstanceType: 't3.medium',
    MinCount: 1,
    MaxCount: 1,
    NetworkInterfaces: [
      {
        DeviceIndex: 0,
        SubnetId: Subnet?.SubnetId,
        Groups: GroupId === undefined ? [] : [GroupId],
        AssociatePublicIpAddress: true,
      },
    ],
    ...tagged('instance', 'compute/instance/controller-1', `${clusterName}-controller-1`),
  })
  const config = {endpoint, region: 'local-1', credentials: CREDENTIALS, maxAttempts: 1}
  const elb = new ElasticLoadBalancingV2(config)
  const named = {
    Name: loadBalancerName(OTHER_CLUSTER),
    Tags: stepTags({...OTHER, stepId: 'load-balancer/load-balancer', name: clusterName}),
  }
  await elb.createLoadBalancer({
    ...named,
    Type: 'network',
    Subnets: Subnet?.SubnetId === undefined ? [] : [Subnet.SubnetId],
  })
  await elb.createTargetGroup({...named, Protocol: 'TCP', Port: 6443, VpcId})
  elb.destroy()
  ec2.destroy()
}
