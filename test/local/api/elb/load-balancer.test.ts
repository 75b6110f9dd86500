import {expect} from 'chai'
import {eventually} from '../faults/faulty-region.js'
import {network, present, testRegion, type TestRegion} from '../test-region.js'
import {
  codeOf,
  elbNetwork,
  listener,
  loadBalancer,
  runningInstance,
  targetGroup,
  type ElbNetwork,
} from './elb-network.js'

describe('a load balancer', () => {
  let region: TestRegion
  let net: ElbNetwork
  beforeEach(async () => {
    region = await testRegion()
    net = await elbNetwork(region)
  })
  afterEach(() => region.close())

  const input = () => ({Name: 'web', Type: 'network' as const, Subnets: [net.subnetId, net.otherSubnetId]})
  const describe1 = async (arn: string) =>
    present((await region.elb.describeLoadBalancers({LoadBalancerArns: [arn]})).LoadBalancers?.[0])

  it('is provisioned, then active', async () => {
    const release = region.fabric.hold('syncVpc')
    const {LoadBalancers = []} = await region.elb.createLoadBalancer({...input(), SecurityGroups: [net.groupId]})
    const made = present(LoadBalancers[0])
    expect(made).to.deep.include({
      LoadBalancerName: 'web',
      Scheme: 'internet-facing',
      Type: 'network',
      VpcId: net.vpcId,
      State: {Code: 'provisioning'},
      SecurityGroups: [net.groupId],
      IpAddressType: 'ipv4',
    })
    const arn = present(made.LoadBalancerArn)
    const id = present(
      /^arn:aws:elasticloadbalancing:local-1:123456789012:loadbalancer\/net\/web\/([0-9a-f]{16})$/.exec(arn)?.[1],
    )
    expect(made.DNSName).to.equal(`web-${id}.elb.local-1.amazonaws.com`)
    expect(made.AvailabilityZones?.map(({ZoneName, SubnetId}) => [ZoneName, SubnetId])).to.deep.equal([
      ['local-1a', net.subnetId],
      ['local-1b', net.otherSubnetId],
    ])
    expect((await describe1(arn)).State?.Code).to.equal('provisioning')
    release()
    while ((await describe1(arn)).State?.Code !== 'active') await Promise.resolve()
  })

  it('is provisioned again as long as the host fails, and there is one', async () => {
    const {fabric, store, errors} = region
    fabric.fail('syncVpc', new Error('no host'))
    const arn = await loadBalancer(region, net)
    const other = await loadBalancer(region, net, 'other')
    await eventually(() => errors.length === 2)
    region.advance(5000)
    await eventually(() => errors.length === 4)
    expect(store.state.loadBalancers[arn]?.state).to.equal('provisioning')
    expect(await codeOf(region.elb.deleteLoadBalancer({LoadBalancerArn: other}))).to.equal('InternalError')
    fabric.fail('syncVpc', undefined)
    const before = errors.length
    region.advance(5000)
    await eventually(() => store.state.loadBalancers[arn]?.state === 'active')
    expect(errors).to.have.length(before)
    expect(Object.keys(store.state.loadBalancers)).to.deep.equal([arn])
  })

  it('has interfaces of its own, which nobody else may touch', async () => {
    const arn = await loadBalancer(region, net)
    const path = arn.split('/').slice(1).join('/')
    const filters = [{Name: 'description', Values: [`ELB ${path}`]}]
    const {NetworkInterfaces = []} = await region.ec2.describeNetworkInterfaces({Filters: filters})
    expect(NetworkInterfaces).to.have.length(2)
    const nic = present(NetworkInterfaces.find(({SubnetId}) => SubnetId === net.subnetId))
    expect(nic).to.deep.include({
      Description: `ELB ${path}`,
      InterfaceType: 'network_load_balancer',
      RequesterId: 'amazon-elb',
      RequesterManaged: true,
      SourceDestCheck: false,
      Status: 'in-use',
    })
    expect(nic.Attachment).to.include({InstanceOwnerId: 'amazon-elb', DeleteOnTermination: false, Status: 'attached'})
    expect(nic.Association?.PublicIp).to.match(/^198\.18\./)
    expect(nic.Groups?.map(({GroupId}) => GroupId)).to.deep.equal([net.groupId])
    const NetworkInterfaceId = present(nic.NetworkInterfaceId)
    const {ec2} = region
    expect([
      await codeOf(ec2.deleteNetworkInterface({NetworkInterfaceId})),
      await codeOf(ec2.modifyNetworkInterfaceAttribute({NetworkInterfaceId, SourceDestCheck: {Value: true}})),
    ]).to.deep.equal(['InvalidParameterValue', 'OperationNotPermitted'])
    const managed = [{Name: 'requester-managed', Values: ['false']}]
    expect((await ec2.describeNetworkInterfaces({Filters: managed})).NetworkInterfaces).to.deep.equal([])
  })

  it('is made once by the same call, and not by another one of its name', async () => {
    const Tags = [{Key: 'k', Value: 'v'}]
    const make = (more: object = {}) => region.elb.createLoadBalancer({...input(), Tags, ...more})
    const first = await make()
    const again = await make({Subnets: [net.otherSubnetId, net.subnetId]})
    expect(again.LoadBalancers?.[0]?.LoadBalancerArn).to.equal(first.LoadBalancers?.[0]?.LoadBalancerArn)
    for (const other of [{Scheme: 'internal'}, {Subnets: [net.subnetId]}, {SecurityGroups: [net.groupId]}, {Tags: []}])
      expect(await codeOf(make(other)), JSON.stringify(other)).to.equal('DuplicateLoadBalancerName')
    expect(Object.keys(region.store.state.networkInterfaces)).to.have.length(2)
  })

  it('is refused before anything is made', async () => {
    const elsewhere = await network(region.ec2, '10.1.0.0/16')
    const sibling = await region.ec2.createSubnet({VpcId: net.vpcId, CidrBlock: '10.240.2.0/24'})
    const wrong: [object, string][] = [
      [{Name: 'x'.repeat(33)}, 'ValidationError'],
      [{Name: 'web_1'}, 'ValidationError'],
      [{Name: '-web'}, 'ValidationError'],
      [{Name: 'internal-web'}, 'ValidationError'],
      [{Type: 'application'}, 'InvalidConfigurationRequest'],
      [{Scheme: 'private'}, 'InvalidScheme'],
      [{Subnets: []}, 'ValidationError'],
      [{Subnets: ['subnet-0123456789abcdef0']}, 'SubnetNotFound'],
      [{Subnets: [net.subnetId, present(sibling.Subnet?.SubnetId)]}, 'InvalidConfigurationRequest'],
      [{Subnets: [net.subnetId, elsewhere.subnetId]}, 'InvalidConfigurationRequest'],
      [{Subnets: [elsewhere.subnetId]}, 'InvalidSubnet'],
      [
        {Subnets: undefined, SubnetMappings: [{SubnetId: net.subnetId, AllocationId: 'eipalloc-1'}]},
        'AllocationIdNotFound',
      ],
      [{SecurityGroups: ['sg-0123456789abcdef0']}, 'InvalidSecurityGroup'],
      [{SecurityGroups: [elsewhere.groupId]}, 'InvalidConfigurationRequest'],
      [{IpAddressType: 'dualstack'}, 'InvalidConfigurationRequest'],
      [{Tags: [{Key: 'aws:x', Value: 'v'}]}, 'ValidationError'],
      [{CustomerOwnedIpv4Pool: 'ipv4pool-coip-1'}, 'ValidationError'],
    ]
    for (const [more, code] of wrong)
      expect(await codeOf(region.elb.createLoadBalancer({...input(), ...more})), JSON.stringify(more)).to.equal(code)
    expect(Object.keys(region.store.state.loadBalancers)).to.deep.equal([])
    expect(Object.keys(region.store.state.networkInterfaces)).to.deep.equal([])
  })

  it('inside a VPC needs no gateway, and may say which address it has', async () => {
    const inside = await network(region.ec2, '10.1.0.0/16')
    const mapping = {SubnetId: inside.subnetId, PrivateIPv4Address: '10.1.0.77'}
    await region.elb.createLoadBalancer({Name: 'in', Type: 'network', Scheme: 'internal', SubnetMappings: [mapping]})
    const [nic] = Object.values(region.store.state.networkInterfaces)
    expect(nic?.privateIpAddress).to.equal('10.1.0.77')
    expect(nic?.publicIp).to.equal(undefined)
  })

  it('has elastic addresses where it is told to, and gives them back', async () => {
    const {ec2, elb} = region
    const {AllocationId, PublicIp} = await ec2.allocateAddress({})
    const mappings = [{SubnetId: net.subnetId, AllocationId}]
    const make = (Name: string, more: object = {}) =>
      elb.createLoadBalancer({Name, Type: 'network', SubnetMappings: mappings, ...more})
    expect(await codeOf(make('in', {Scheme: 'internal'}))).to.equal('InvalidConfigurationRequest')
    const {LoadBalancers = []} = await make('web')
    expect(LoadBalancers[0]?.AvailabilityZones?.[0]?.LoadBalancerAddresses).to.deep.equal([
      {IpAddress: PublicIp, AllocationId},
    ])
    const associationOf = async () => (await ec2.describeAddresses({})).Addresses?.[0]?.AssociationId
    const AssociationId = await associationOf()
    expect(await codeOf(make('other'))).to.equal('InvalidConfigurationRequest')
    expect(await codeOf(ec2.disassociateAddress({AssociationId}))).to.equal('OperationNotPermitted')
    await elb.deleteLoadBalancer({LoadBalancerArn: LoadBalancers[0]?.LoadBalancerArn})
    region.advance(1_000)
    while ((await associationOf()) !== undefined) await Promise.resolve()
    expect(await codeOf(ec2.releaseAddress({AllocationId}))).to.equal('no error')
  })

  it('is found by ARN, by name, and a page at a time', async () => {
    const arns = [await loadBalancer(region, net, 'a'), await loadBalancer(region, net, 'b')].sort()
    const {elb} = region
    expect((await elb.describeLoadBalancers({Names: ['b']})).LoadBalancers).to.have.length(1)
    const first = await elb.describeLoadBalancers({PageSize: 1})
    const second = await elb.describeLoadBalancers({PageSize: 1, Marker: present(first.NextMarker)})
    expect([first, second].flatMap(page => page.LoadBalancers?.map(item => item.LoadBalancerArn))).to.deep.equal(arns)
    expect(second.NextMarker).to.equal(undefined)
    expect([
      await codeOf(elb.describeLoadBalancers({Names: ['c']})),
      await codeOf(elb.describeLoadBalancers({LoadBalancerArns: [present(arns[0]).replace(/.$/, 'x')]})),
      await codeOf(elb.describeLoadBalancers({LoadBalancerArns: ['web']})),
      await codeOf(elb.describeLoadBalancers({Marker: 'x'})),
    ]).to.deep.equal(['LoadBalancerNotFound', 'LoadBalancerNotFound', 'ValidationError', 'ValidationError'])
  })

  it('goes with its listeners, and its interfaces follow: until then they are in the way', async () => {
    const arn = await loadBalancer(region, net)
    const group = await targetGroup(region, net)
    await listener(region, arn, group)
    const {ec2, elb} = region
    await elb.deleteLoadBalancer({LoadBalancerArn: arn})
    await elb.deleteLoadBalancer({LoadBalancerArn: arn})
    expect((await elb.describeLoadBalancers({})).LoadBalancers).to.deep.equal([])
    expect(region.store.state.listeners).to.deep.equal({})
    await elb.deleteTargetGroup({TargetGroupArn: group})
    const blocked = async () => [
      await codeOf(ec2.detachInternetGateway({InternetGatewayId: net.gatewayId, VpcId: net.vpcId})),
      await codeOf(ec2.deleteSecurityGroup({GroupId: net.groupId})),
      await codeOf(ec2.deleteSubnet({SubnetId: net.otherSubnetId})),
    ]
    expect(await blocked()).to.deep.equal(Array(3).fill('DependencyViolation'))
    region.advance(1_000)
    while ((await ec2.describeNetworkInterfaces({})).NetworkInterfaces?.length !== 0) await Promise.resolve()
    expect(await blocked()).to.deep.equal(Array(3).fill('no error'))
    expect(region.errors).to.deep.equal([])
  })

  it('lets go of its interfaces and targets, whatever becomes of the host', async () => {
    const {elb, fabric, store} = region
    const LoadBalancerArn = await loadBalancer(region, net)
    const TargetGroupArn = await targetGroup(region, net)
    const Targets = [{Id: await runningInstance(region, net)}]
    await elb.registerTargets({TargetGroupArn, Targets})
    fabric.fail('syncVpc', new Error('no host'))
    expect([
      await codeOf(elb.deregisterTargets({TargetGroupArn, Targets})),
      await codeOf(elb.setSubnets({LoadBalancerArn, Subnets: [net.subnetId]})),
      await codeOf(elb.deleteLoadBalancer({LoadBalancerArn})),
    ]).to.deep.equal(Array(3).fill('InternalError'))
    fabric.fail('syncVpc', undefined)
    region.advance(300_000)
    await eventually(() => store.state.targetGroups[TargetGroupArn]?.targets.length === 0)
    await eventually(() => Object.values(store.state.networkInterfaces).every(({managed}) => managed === undefined))
  })

  it('is protected from deletion where that was asked for', async () => {
    const LoadBalancerArn = await loadBalancer(region, net)
    const {elb} = region
    const protect = (Value: string) =>
      elb.modifyLoadBalancerAttributes({LoadBalancerArn, Attributes: [{Key: 'deletion_protection.enabled', Value}]})
    await protect('true')
    expect(await codeOf(elb.deleteLoadBalancer({LoadBalancerArn}))).to.equal('OperationNotPermitted')
    const {Attributes = []} = await elb.describeLoadBalancerAttributes({LoadBalancerArn})
    const valueOf = (key: string) => Attributes.find(({Key}) => Key === key)?.Value
    expect([valueOf('deletion_protection.enabled'), valueOf('load_balancing.cross_zone.enabled')]).to.deep.equal([
      'true',
      'false',
    ])
    await protect('false')
    await elb.deleteLoadBalancer({LoadBalancerArn})
    const logs = [{Key: 'access_logs.s3.enabled', Value: 'true'}]
    expect([
      await codeOf(elb.modifyLoadBalancerAttributes({LoadBalancerArn, Attributes: [{Key: 'x', Value: 'y'}]})),
      await codeOf(elb.modifyLoadBalancerAttributes({LoadBalancerArn, Attributes: logs})),
      await codeOf(protect('maybe')),
      await codeOf(protect('true')),
    ]).to.deep.equal(['ValidationError', 'InvalidConfigurationRequest', 'ValidationError', 'LoadBalancerNotFound'])
  })

  it('changes its groups if it has some, and its subnets', async () => {
    const {ec2, elb} = region
    const LoadBalancerArn = await loadBalancer(region, net)
    const other = await ec2.createSecurityGroup({VpcId: net.vpcId, GroupName: 'other', Description: 'other'})
    const groupId = present(other.GroupId)
    await elb.setSecurityGroups({LoadBalancerArn, SecurityGroups: [groupId]})
    const groupsOf = () => Object.values(region.store.state.networkInterfaces).map(nic => nic.groupIds)
    expect(groupsOf()).to.deep.equal([[groupId], [groupId]])
    expect(await codeOf(elb.setSecurityGroups({LoadBalancerArn, SecurityGroups: []}))).to.equal(
      'InvalidConfigurationRequest',
    )
    const {AvailabilityZones = []} = await elb.setSubnets({LoadBalancerArn, Subnets: [net.subnetId]})
    expect(AvailabilityZones.map(({SubnetId}) => SubnetId)).to.deep.equal([net.subnetId])
    region.advance(1_000)
    while ((await ec2.describeNetworkInterfaces({})).NetworkInterfaces?.length !== 1) await Promise.resolve()
    const {LoadBalancers = []} = await elb.createLoadBalancer({...input(), Name: 'open'})
    const open = {LoadBalancerArn: present(LoadBalancers[0]?.LoadBalancerArn), SecurityGroups: [groupId]}
    expect(await codeOf(elb.setSecurityGroups(open))).to.equal('InvalidConfigurationRequest')
  })

  it('has tags, as target groups and listeners do', async () => {
    const arn = await loadBalancer(region, net)
    const group = await targetGroup(region, net)
    const ResourceArns = [arn, group, await listener(region, arn, group)]
    const {elb} = region
    await elb.addTags({
      ResourceArns,
      Tags: [
        {Key: 'a', Value: '1'},
        {Key: 'b', Value: '2'},
      ],
    })
    await elb.addTags({ResourceArns: [arn], Tags: [{Key: 'a', Value: '3'}]})
    await elb.removeTags({ResourceArns, TagKeys: ['b']})
    const {TagDescriptions = []} = await elb.describeTags({ResourceArns})
    expect(TagDescriptions.map(({ResourceArn, Tags}) => [ResourceArn, Tags?.map(tag => tag.Value)])).to.deep.equal([
      [arn, ['3']],
      [group, ['1']],
      [ResourceArns[2], ['1']],
    ])
    const gone = arn.replace(/[0-9a-f]{16}$/, '0'.repeat(16))
    expect([
      await codeOf(elb.describeTags({ResourceArns: [gone]})),
      await codeOf(elb.describeTags({ResourceArns: ['x']})),
      await codeOf(elb.addTags({ResourceArns, Tags: []})),
    ]).to.deep.equal(['LoadBalancerNotFound', 'ValidationError', 'ValidationError'])
  })

  it('is counted by the account’s limits', async () => {
    const {Limits = []} = await region.elb.describeAccountLimits({})
    expect(Limits.find(({Name}) => Name === 'network-load-balancers')?.Max).to.equal('50')
    const LoadBalancerArn = await loadBalancer(region, net)
    const {MinimumLoadBalancerCapacity} = await region.elb.describeCapacityReservation({LoadBalancerArn})
    expect(MinimumLoadBalancerCapacity, 'nothing is reserved').to.equal(undefined)
  })
})
