import {expect} from 'chai'
import {
  codeOf,
  launch,
  network,
  present,
  reaches,
  testRegion,
  type TestNetwork,
  type TestRegion,
} from '../test-region.js'

describe('elastic addresses', () => {
  let region: TestRegion
  let net: TestNetwork

  beforeEach(async () => {
    region = await testRegion()
    net = await network(region.ec2)
  })

  afterEach(async () => {
    await region.close()
  })

  const allocate = async () => {
    const {AllocationId, PublicIp} = await region.ec2.allocateAddress({Domain: 'vpc'})
    return {AllocationId: present(AllocationId), PublicIp: present(PublicIp)}
  }
  const gateway = async () => {
    const {InternetGateway} = await region.ec2.createInternetGateway({})
    const InternetGatewayId = present(InternetGateway?.InternetGatewayId)
    await region.ec2.attachInternetGateway({InternetGatewayId, VpcId: net.vpcId})
    return InternetGatewayId
  }
  const running = async (more: object = {}) => {
    const id = await launch(region.ec2, net, more)
    await reaches(region.ec2, id, 'running')
    return id
  }
  const instance = async (id: string) =>
    present((await region.ec2.describeInstances({InstanceIds: [id]})).Reservations?.[0]?.Instances?.[0])
  /** What the host was last told to translate to the instance. */
  const translated = (id: string) => {
    const state = present(region.fabric.synced.at(-1))
    return state.networkInterfaces[present(state.instances[id]).networkInterfaceId]?.publicIp
  }

  it('are the account’s own until they are released', async () => {
    const {ec2} = region
    const {AllocationId, PublicIp} = await allocate()
    expect(AllocationId).to.match(/^eipalloc-[0-9a-f]{17}$/)
    const {Addresses} = await ec2.describeAddresses({PublicIps: [PublicIp]})
    expect(Addresses).to.deep.equal([
      {AllocationId, PublicIp, Domain: 'vpc', PublicIpv4Pool: 'amazon', NetworkBorderGroup: 'local-1'},
    ])
    const other = await allocate()
    expect(other.PublicIp).not.to.equal(PublicIp)
    expect((await ec2.describeAddressesAttribute({AllocationIds: [AllocationId]})).Addresses).to.deep.equal([])
    await ec2.releaseAddress({AllocationId})
    expect(await codeOf(ec2.releaseAddress({AllocationId}))).to.equal('InvalidAllocationID.NotFound')
    expect(await codeOf(ec2.releaseAddress({PublicIp}))).to.equal('InvalidParameterValue')
    expect(await codeOf(ec2.describeAddresses({PublicIps: [PublicIp]}))).to.equal('InvalidAddress.NotFound')
    const gone = ec2.describeAddresses({AllocationIds: [AllocationId]})
    expect(await codeOf(gone)).to.equal('InvalidAllocationID.NotFound')
    expect((await allocate()).PublicIp).to.equal(PublicIp)
  })

  it('are not given to instances besides, and there are five at most', async () => {
    // The region of the test has four addresses in all.
    for (let i = 0; i < 4; i += 1) await allocate()
    expect(await codeOf(allocate())).to.equal('InsufficientAddressCapacity')
    await region.close()
    region = await testRegion({publicRange: {first: 0xc6120004, last: 0xc6120040}})
    for (let i = 0; i < 5; i += 1) await allocate()
    expect(await codeOf(allocate())).to.equal('AddressLimitExceeded')
  })

  it('take the place of an instance’s public address, on the host as well', async () => {
    const {ec2} = region
    await gateway()
    await ec2.modifyVpcAttribute({VpcId: net.vpcId, EnableDnsHostnames: {Value: true}})
    await ec2.modifySubnetAttribute({SubnetId: net.subnetId, MapPublicIpOnLaunch: {Value: true}})
    const id = await running()
    const before = present((await instance(id)).PublicIpAddress)
    const {AllocationId, PublicIp} = await allocate()
    const {AssociationId} = await ec2.associateAddress({AllocationId, InstanceId: id})
    expect(translated(id)).to.equal(PublicIp)
    const shown = await instance(id)
    expect(shown.PublicIpAddress).to.equal(PublicIp)
    expect(shown.PublicDnsName).to.equal(`ec2-${PublicIp.replaceAll('.', '-')}.local-1.compute.amazonaws.com`)
    const [nic] = shown.NetworkInterfaces ?? []
    expect(nic?.Association).to.include({PublicIp, IpOwnerId: '123456789012'})
    const Filters = [{Name: 'instance-id', Values: [id]}]
    const [address] = (await ec2.describeAddresses({Filters})).Addresses ?? []
    expect(address).to.include({
      AllocationId,
      AssociationId,
      InstanceId: id,
      NetworkInterfaceId: nic?.NetworkInterfaceId,
      PrivateIpAddress: shown.PrivateIpAddress,
    })
    // What the instance had before is free again.
    expect((await allocate()).PublicIp).to.equal(before)

    expect(await codeOf(ec2.releaseAddress({AllocationId}))).to.equal('InvalidIPAddress.InUse')
    await ec2.disassociateAddress({AssociationId})
    expect(translated(id)).to.equal(undefined)
    expect(await codeOf(ec2.disassociateAddress({AssociationId}))).to.equal('InvalidAssociationID.NotFound')
    await ec2.releaseAddress({AllocationId})
  })

  it('stay with an instance that stops and starts, and outlive it', async () => {
    const {ec2} = region
    const InternetGatewayId = await gateway()
    const id = await running()
    const {AllocationId, PublicIp} = await allocate()
    await ec2.associateAddress({AllocationId, InstanceId: id})
    await ec2.stopInstances({InstanceIds: [id]})
    await reaches(ec2, id, 'stopped')
    expect((await instance(id)).PublicIpAddress).to.equal(PublicIp)
    await ec2.startInstances({InstanceIds: [id]})
    await reaches(ec2, id, 'running')
    expect(translated(id)).to.equal(PublicIp)
    const detach = () => ec2.detachInternetGateway({InternetGatewayId, VpcId: net.vpcId})
    expect(await codeOf(detach())).to.equal('DependencyViolation')
    await ec2.terminateInstances({InstanceIds: [id]})
    await reaches(ec2, id, 'terminated')
    const [address] = (await ec2.describeAddresses({AllocationIds: [AllocationId]})).Addresses ?? []
    expect([address?.AssociationId, address?.PublicIp]).to.deep.equal([undefined, PublicIp])
    await detach()
  })

  it('move between instances, unless that is not wanted; an instance has one', async () => {
    const {ec2} = region
    await gateway()
    const [a, b] = [await running(), await running()]
    const [first, second] = [await allocate(), await allocate()]
    const associate = (InstanceId: string, {AllocationId}: typeof first, more: object = {}) =>
      ec2.associateAddress({InstanceId, AllocationId, ...more})
    const {AssociationId} = await associate(a, first)
    expect((await associate(a, first)).AssociationId).to.equal(AssociationId)
    expect(await codeOf(associate(b, first, {AllowReassociation: false}))).to.equal('Resource.AlreadyAssociated')
    await associate(b, first)
    expect([translated(a), translated(b)]).to.deep.equal([undefined, first.PublicIp])
    await associate(b, second)
    expect(translated(b)).to.equal(second.PublicIp)
    const [left] = (await ec2.describeAddresses({AllocationIds: [first.AllocationId]})).Addresses ?? []
    expect(left?.AssociationId).to.equal(undefined)
  })

  it('need a gateway, and something that can have them', async () => {
    const {ec2} = region
    const {AllocationId} = await allocate()
    const InstanceId = await running()
    const associate = (more: object) => codeOf(ec2.associateAddress({AllocationId, ...more}))
    expect(await associate({InstanceId})).to.equal('Gateway.NotAttached')
    await gateway()
    expect(await associate({})).to.equal('MissingParameter')
    expect(await associate({InstanceId, NetworkInterfaceId: 'eni-0123456789abcdef0'})).to.equal(
      'InvalidParameterCombination',
    )
    expect(await associate({NetworkInterfaceId: 'eni-0123456789abcdef0'})).to.equal(
      'InvalidNetworkInterfaceID.NotFound',
    )
    expect(await associate({InstanceId, PrivateIpAddress: '10.240.0.99'})).to.equal('InvalidParameterValue')
    const release = region.fabric.hold('startMachine')
    expect(await associate({InstanceId: await launch(ec2, net)})).to.equal('InvalidInstanceID')
    release()
    const unknown = ec2.associateAddress({AllocationId: 'eipalloc-0123456789abcdef0', InstanceId})
    expect(await codeOf(unknown)).to.equal('InvalidAllocationID.NotFound')
  })

  it('have tags', async () => {
    const {ec2} = region
    const {AllocationId} = await ec2.allocateAddress({
      TagSpecifications: [{ResourceType: 'elastic-ip', Tags: [{Key: 'a', Value: '1'}]}],
    })
    await ec2.createTags({Resources: [present(AllocationId)], Tags: [{Key: 'b', Value: '2'}]})
    const {Addresses = []} = await ec2.describeAddresses({Filters: [{Name: 'tag:b', Values: ['2']}]})
    expect(Addresses[0]?.Tags).to.deep.equal([
      {Key: 'a', Value: '1'},
      {Key: 'b', Value: '2'},
    ])
    const {Tags = []} = await ec2.describeTags({Filters: [{Name: 'resource-type', Values: ['elastic-ip']}]})
    expect(Tags.map(tag => tag.ResourceId)).to.deep.equal([AllocationId, AllocationId])
  })
})
