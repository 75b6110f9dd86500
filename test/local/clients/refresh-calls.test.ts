import type {Filter, InstanceAttributeName} from '@aws-sdk/client-ec2'
import {SSM} from '@aws-sdk/client-ssm'
import {expect} from 'chai'
import {codeOf, CREDENTIALS, IMAGE, present, reaches, testRegion, type TestRegion} from '../api/test-region.js'

const where = (filters: Readonly<Record<string, string>>): Filter[] =>
  Object.entries(filters).map(([Name, value]) => ({Name, Values: [value]}))

/**
 * What infrastructure tools ask for each object they keep: the calls, and the parameters with their defaults spelled
 * out, as Terraform's AWS provider makes them (its internal/service/ec2 and elbv2).
 */
describe('a tool that keeps a record of what it made', () => {
  let region: TestRegion
  let vpcId: string
  let subnetId: string

  before(async () => {
    region = await testRegion()
    const {ec2} = region
    const {Vpc} = await ec2.createVpc({
      CidrBlock: '10.240.0.0/16',
      InstanceTenancy: 'default',
      AmazonProvidedIpv6CidrBlock: false,
    })
    vpcId = present(Vpc?.VpcId)
    const {Subnet} = await ec2.createSubnet({VpcId: vpcId, CidrBlock: '10.240.1.0/24', AvailabilityZone: 'local-1a'})
    subnetId = present(Subnet?.SubnetId)
  })

  after(() => region.close())

  it('finds zones and images', async () => {
    const {ec2} = region
    const zones = await ec2.describeAvailabilityZones({
      AllAvailabilityZones: false,
      Filters: where({state: 'available'}),
    })
    expect(zones.AvailabilityZones).to.have.length(3)
    const {Images = []} = await ec2.describeImages({
      IncludeDeprecated: false,
      Owners: [IMAGE.ownerId],
      Filters: where({name: 'debian-12-amd64-*', 'virtualization-type': 'hvm', 'root-device-type': 'ebs'}),
    })
    const ssm = new SSM({endpoint: region.endpoint, region: 'local-1', credentials: CREDENTIALS, maxAttempts: 1})
    const Name = '/aws/service/debian/release/12/latest/amd64'
    const {Parameter} = await ssm.getParameter({Name, WithDecryption: true})
    ssm.destroy()
    expect(Images.map(image => image.ImageId)).to.deep.equal([Parameter?.Value])
    expect(Parameter).to.include({Name, Type: 'String', Version: 1})
  })

  it('reads a VPC with what came with it', async () => {
    const {ec2} = region
    const {Vpcs: [vpc] = []} = await ec2.describeVpcs({VpcIds: [vpcId]})
    expect(vpc?.CidrBlockAssociationSet?.[0]?.CidrBlockState?.State).to.equal('associated')
    const attributes = ['enableDnsHostnames', 'enableDnsSupport', 'enableNetworkAddressUsageMetrics'] as const
    const values = await Promise.all(
      attributes.map(async Attribute => {
        const answer = await ec2.describeVpcAttribute({VpcId: vpcId, Attribute})
        return (answer.EnableDnsHostnames ?? answer.EnableDnsSupport ?? answer.EnableNetworkAddressUsageMetrics)?.Value
      }),
    )
    expect(values).to.deep.equal([false, true, false])
    const acls = await ec2.describeNetworkAcls({Filters: where({default: 'true', 'vpc-id': vpcId})})
    const tables = await ec2.describeRouteTables({Filters: where({'association.main': 'true', 'vpc-id': vpcId})})
    const groups = await ec2.describeSecurityGroups({Filters: where({'group-name': 'default', 'vpc-id': vpcId})})
    expect([acls.NetworkAcls, tables.RouteTables, groups.SecurityGroups].map(found => found?.length)).to.deep.equal([
      1, 1, 1,
    ])
  })

  it('keeps route tables, routes and associations', async () => {
    const {ec2} = region
    const {InternetGateway} = await ec2.createInternetGateway({})
    const GatewayId = present(InternetGateway?.InternetGatewayId)
    await ec2.attachInternetGateway({InternetGatewayId: GatewayId, VpcId: vpcId})
    const {RouteTable} = await ec2.createRouteTable({VpcId: vpcId, ClientToken: 'terraform-1'})
    const RouteTableId = present(RouteTable?.RouteTableId)
    await ec2.createRoute({RouteTableId, DestinationCidrBlock: '0.0.0.0/0', GatewayId})
    const {AssociationId} = await ec2.associateRouteTable({RouteTableId, SubnetId: subnetId})
    const Filters = where({'association.route-table-association-id': present(AssociationId)})
    const {RouteTables: [table] = []} = await ec2.describeRouteTables({Filters})
    expect(table?.Routes?.map(route => [route.GatewayId, route.State, route.Origin])).to.deep.equal([
      ['local', 'active', 'CreateRouteTable'],
      [GatewayId, 'active', 'CreateRoute'],
    ])
    expect(table?.PropagatingVgws).to.deep.equal([])
  })

  it('keeps groups without the rules that EC2 made, and rules one by one', async () => {
    const {ec2} = region
    const {GroupId} = await ec2.createSecurityGroup({GroupName: 'kept', Description: 'kept', VpcId: vpcId})
    const all = {IpProtocol: '-1', FromPort: 0, ToPort: 0}
    await ec2.revokeSecurityGroupEgress({GroupId, IpPermissions: [{...all, IpRanges: [{CidrIp: '0.0.0.0/0'}]}]})
    const ipv6 = ec2.revokeSecurityGroupEgress({
      GroupId,
      IpPermissions: [{...all, Ipv6Ranges: [{CidrIpv6: '::/0'}]}],
    })
    expect(await codeOf(ipv6)).to.equal('InvalidPermission.NotFound')
    const {SecurityGroupRules: [rule] = []} = await ec2.authorizeSecurityGroupIngress({
      GroupId,
      IpPermissions: [{...all, UserIdGroupPairs: [{GroupId}]}],
      TagSpecifications: [{ResourceType: 'security-group-rule', Tags: [{Key: 'k', Value: 'v'}]}],
    })
    const id = present(rule?.SecurityGroupRuleId)
    const SecurityGroupRule = {
      IpProtocol: 'tcp',
      FromPort: 443,
      ToPort: 443,
      CidrIpv4: '10.0.0.0/8',
      Description: 'https',
    }
    await ec2.modifySecurityGroupRules({GroupId, SecurityGroupRules: [{SecurityGroupRuleId: id, SecurityGroupRule}]})
    const {SecurityGroupRules: [read] = []} = await ec2.describeSecurityGroupRules({SecurityGroupRuleIds: [id]})
    expect(read).to.deep.include({...SecurityGroupRule, IsEgress: false, Tags: [{Key: 'k', Value: 'v'}]})
    await ec2.revokeSecurityGroupIngress({GroupId, SecurityGroupRuleIds: [id]})
    const described = await ec2.describeSecurityGroups({GroupIds: [present(GroupId)]})
    const [group] = described.SecurityGroups ?? []
    expect([group?.IpPermissions, group?.IpPermissionsEgress]).to.deep.equal([[], []])
    // Before it deletes a group, it looks for interfaces that others have left in it.
    const Filters = where({'group-id': present(GroupId), description: 'AWS Lambda VPC ENI*'})
    expect((await ec2.describeNetworkInterfaces({Filters})).NetworkInterfaces).to.deep.equal([])
    await ec2.deleteSecurityGroup({GroupId})
  })

  it('keeps instances with all of their attributes', async () => {
    const {ec2} = region
    const {Instances = []} = await ec2.runInstances({
      ImageId: IMAGE.imageId,
      InstanceType: 't3.small',
      MinCount: 1,
      MaxCount: 1,
      ClientToken: 'terraform-2',
      DisableApiStop: false,
      DisableApiTermination: false,
      EbsOptimized: false,
      Monitoring: {Enabled: false},
      Placement: {AvailabilityZone: 'local-1a', Tenancy: 'default'},
      CapacityReservationSpecification: {CapacityReservationPreference: 'open'},
      CreditSpecification: {CpuCredits: 'standard'},
      EnclaveOptions: {Enabled: false},
      HibernationOptions: {Configured: false},
      MaintenanceOptions: {AutoRecovery: 'default'},
      MetadataOptions: {
        HttpEndpoint: 'enabled',
        HttpTokens: 'required',
        HttpPutResponseHopLimit: 1,
        HttpProtocolIpv6: 'disabled',
        InstanceMetadataTags: 'disabled',
      },
      PrivateDnsNameOptions: {
        HostnameType: 'ip-name',
        EnableResourceNameDnsARecord: false,
        EnableResourceNameDnsAAAARecord: false,
      },
      NetworkInterfaces: [{DeviceIndex: 0, SubnetId: subnetId, AssociatePublicIpAddress: false}],
      BlockDeviceMappings: [
        {DeviceName: '/dev/xvda', Ebs: {VolumeSize: 20, VolumeType: 'gp3', Iops: 3000, DeleteOnTermination: true}},
      ],
      UserData: Buffer.from('#cloud-config\n').toString('base64'),
    })
    const InstanceId = present(Instances[0]?.InstanceId)
    await reaches(ec2, InstanceId, 'running')
    const {Reservations = []} = await ec2.describeInstances({InstanceIds: [InstanceId]})
    const instance = present(Reservations[0]?.Instances?.[0])
    expect(instance).to.deep.include({
      EbsOptimized: false,
      SourceDestCheck: true,
      Monitoring: {State: 'disabled'},
      MaintenanceOptions: {AutoRecovery: 'default'},
      EnclaveOptions: {Enabled: false},
      CapacityReservationSpecification: {CapacityReservationPreference: 'open'},
    })
    expect(instance.NetworkInterfaces?.[0]?.Attachment).to.include({DeviceIndex: 0, NetworkCardIndex: 0})
    const attribute = (Attribute: InstanceAttributeName) => ec2.describeInstanceAttribute({InstanceId, Attribute})
    expect((await attribute('instanceInitiatedShutdownBehavior')).InstanceInitiatedShutdownBehavior?.Value).to.equal(
      'stop',
    )
    expect((await attribute('disableApiStop')).DisableApiStop?.Value).to.equal(false)
    expect((await attribute('disableApiTermination')).DisableApiTermination?.Value).to.equal(false)
    expect((await attribute('userData')).UserData?.Value).to.equal('I2Nsb3VkLWNvbmZpZwo=')
    const types = await ec2.describeInstanceTypes({InstanceTypes: ['t3.small']})
    expect(types.InstanceTypes?.[0]).to.include({BurstablePerformanceSupported: true, BareMetal: false})
    const credits = await ec2.describeInstanceCreditSpecifications({InstanceIds: [InstanceId]})
    expect(credits.InstanceCreditSpecifications?.[0]?.CpuCredits).to.equal('standard')
    const volumes = await ec2.describeVolumes({Filters: where({'attachment.instance-id': InstanceId})})
    expect(volumes.Volumes?.[0]).to.deep.include({Size: 20, VolumeType: 'gp3', Iops: 3000, Throughput: 125})

    await ec2.modifyInstanceAttribute({InstanceId, DisableApiStop: {Value: false}})
    await ec2.modifyInstanceAttribute({InstanceId, DisableApiTermination: {Value: false}})
    await ec2.terminateInstances({InstanceIds: [InstanceId]})
    await reaches(ec2, InstanceId, 'terminated')
  })
})
