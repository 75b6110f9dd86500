import {expect} from 'chai'
import {codeOf, eachRegion, launch, present, reaches, type TestNetwork, type TestRegion} from '../test-region.js'

describe('subnets', () => {
  let region: TestRegion
  let net: TestNetwork

  eachRegion(made => {
    region = made.region
    net = made.net
  })

  it('need a free range inside the VPC', async () => {
    const create = (CidrBlock: string) => codeOf(region.ec2.createSubnet({VpcId: net.vpcId, CidrBlock}))
    expect(await create('10.240.0.0/24')).to.equal('InvalidSubnet.Conflict')
    expect(await create('10.240.0.128/25')).to.equal('InvalidSubnet.Conflict')
    expect(await create('10.240.0.0/20')).to.equal('InvalidSubnet.Conflict')
    expect(await create('10.241.0.0/24')).to.equal('InvalidSubnet.Range')
    expect(await create('10.240.1.0/29')).to.equal('InvalidSubnet.Range')
    expect(await create('10.0.0.0/8')).to.equal('InvalidSubnet.Range')
    expect(await create('10.240.1')).to.equal('InvalidParameterValue')
    expect(await create('10.240.1.0/24')).to.equal('no error')
    const elsewhere = region.ec2.createSubnet({VpcId: 'vpc-0123456789abcdef0', CidrBlock: '10.240.2.0/24'})
    expect(await codeOf(elsewhere)).to.equal('InvalidVpcID.NotFound')
  })

  it('are in the zone asked for', async () => {
    const {ec2} = region
    const VpcId = net.vpcId
    const named = await ec2.createSubnet({VpcId, CidrBlock: '10.240.1.0/24', AvailabilityZone: 'local-1b'})
    expect(named.Subnet).to.include({AvailabilityZone: 'local-1b', AvailabilityZoneId: 'local1-az2'})
    const byId = await ec2.createSubnet({VpcId, CidrBlock: '10.240.2.0/24', AvailabilityZoneId: 'local1-az3'})
    expect(byId.Subnet?.AvailabilityZone).to.equal('local-1c')
    const none = ec2.createSubnet({VpcId, CidrBlock: '10.240.3.0/24', AvailabilityZone: 'local-1d'})
    expect(await codeOf(none)).to.equal('InvalidParameterValue')
  })

  it('count their free addresses', async () => {
    const {ec2} = region
    const free = async () =>
      (await ec2.describeSubnets({SubnetIds: [net.subnetId]})).Subnets?.[0]?.AvailableIpAddressCount
    expect(await free()).to.equal(251)
    await launch(ec2, net)
    expect(await free()).to.equal(250)
  })

  it('remember to give public addresses', async () => {
    const {ec2} = region
    await ec2.modifySubnetAttribute({SubnetId: net.subnetId, MapPublicIpOnLaunch: {Value: true}})
    const {Subnets = []} = await ec2.describeSubnets({Filters: [{Name: 'map-public-ip-on-launch', Values: ['true']}]})
    expect(Subnets.map(subnet => subnet.SubnetId)).to.deep.equal([net.subnetId])
  })

  it('have what this network has not, switched off', async () => {
    const {ec2} = region
    const SubnetId = net.subnetId
    await ec2.modifySubnetAttribute({SubnetId, AssignIpv6AddressOnCreation: {Value: false}})
    await ec2.modifySubnetAttribute({SubnetId, PrivateDnsHostnameTypeOnLaunch: 'ip-name'})
    for (const attribute of [
      {AssignIpv6AddressOnCreation: {Value: true}},
      {EnableResourceNameDnsARecordOnLaunch: {Value: true}},
      {PrivateDnsHostnameTypeOnLaunch: 'resource-name'},
    ] as const)
      expect(await codeOf(ec2.modifySubnetAttribute({SubnetId, ...attribute}))).to.equal('UnsupportedOperation')
    expect(await codeOf(ec2.modifySubnetAttribute({SubnetId}))).to.equal('MissingParameter')
    const {Subnets = []} = await ec2.describeSubnets({Filters: [{Name: 'ipv6-native', Values: ['false']}]})
    expect(Subnets[0]).to.deep.include({AssignIpv6AddressOnCreation: false, Ipv6CidrBlockAssociationSet: []})
    expect(Subnets[0]?.PrivateDnsNameOptionsOnLaunch?.HostnameType).to.equal('ip-name')
  })

  it('cannot be deleted with an interface in them; their association goes with them', async () => {
    const {ec2} = region
    const id = await launch(ec2, net)
    await reaches(ec2, id, 'running')
    const table = present((await ec2.createRouteTable({VpcId: net.vpcId})).RouteTable?.RouteTableId)
    await ec2.associateRouteTable({RouteTableId: table, SubnetId: net.subnetId})
    expect(await codeOf(ec2.deleteSubnet({SubnetId: net.subnetId}))).to.equal('DependencyViolation')
    await ec2.terminateInstances({InstanceIds: [id]})
    await reaches(ec2, id, 'terminated')
    await ec2.deleteSubnet({SubnetId: net.subnetId})
    await ec2.deleteRouteTable({RouteTableId: table})
    expect(await codeOf(ec2.deleteSubnet({SubnetId: net.subnetId}))).to.equal('InvalidSubnetID.NotFound')
  })
})
