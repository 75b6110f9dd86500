import {expect} from 'chai'
import {codeOf, launch, launchInput, network, present} from '../test-region.js'
import {faultyRegion, type FaultyRegion} from './faulty-region.js'

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1Yk6oOa0xSuVd2HfjpO7vJz0c0sJVhCk2Pc1mN8q9T me'

describe('visibility', () => {
  let region: FaultyRegion

  beforeEach(async () => {
    region = await faultyRegion()
  })

  afterEach(async () => {
    await region.close()
  })

  const tagged = (Value: string) => [{ResourceType: 'vpc' as const, Tags: [{Key: 'owner', Value}]}]
  const found = async (Value: string) =>
    (await region.ec2.describeVpcs({Filters: [{Name: 'tag:owner', Values: [Value]}]})).Vpcs?.map(vpc => vpc.VpcId)

  it('of a new resource comes late, by its id and by its tags each in its own time', async () => {
    const {ec2, faults} = region
    faults.set({visibility: {byId: 2000, byTag: 5000}})
    const {Vpc} = await ec2.createVpc({CidrBlock: '10.0.0.0/16', TagSpecifications: tagged('me')})
    const VpcId = present(Vpc?.VpcId)
    expect(Vpc?.Tags).to.deep.equal([{Key: 'owner', Value: 'me'}])
    const byId = () => codeOf(ec2.describeVpcs({VpcIds: [VpcId]}))
    const subnet = () => codeOf(ec2.createSubnet({VpcId, CidrBlock: '10.0.0.0/24', DryRun: true}))

    region.advance(1999)
    expect([await byId(), await subnet(), await found('me')]).to.deep.equal([
      'InvalidVpcID.NotFound',
      'InvalidVpcID.NotFound',
      [],
    ])
    region.advance(1)
    expect([await byId(), await subnet(), await found('me')]).to.deep.equal(['no error', 'DryRunOperation', []])
    region.advance(2999)
    expect([await found('me'), (await ec2.describeVpcs({})).Vpcs]).to.deep.equal([[], []])
    region.advance(1)
    expect([await found('me'), (await ec2.describeVpcs({})).Vpcs?.length]).to.deep.equal([[VpcId], 1])
  })

  it('by tag may come before that by id', async () => {
    const {ec2, faults} = region
    faults.set({visibility: {byId: 2000}})
    const {Vpc} = await ec2.createVpc({CidrBlock: '10.0.0.0/16', TagSpecifications: tagged('me')})
    const VpcId = present(Vpc?.VpcId)
    expect(await found('me')).to.deep.equal([VpcId])
    expect(await codeOf(ec2.describeVpcs({VpcIds: [VpcId]}))).to.equal('InvalidVpcID.NotFound')
  })

  it('is no question for what was there before, nor once nothing is set', async () => {
    const {ec2, faults} = region
    const {vpcId} = await network(ec2)
    faults.set({visibility: {byId: 60_000, byTag: 60_000}})
    expect(await codeOf(ec2.describeVpcs({VpcIds: [vpcId]}))).to.equal('no error')
    const young = present((await ec2.createVpc({CidrBlock: '10.1.0.0/16'})).Vpc?.VpcId)
    expect((await ec2.describeVpcs({})).Vpcs?.map(vpc => vpc.VpcId)).to.deep.equal([vpcId])
    faults.set({})
    expect(await codeOf(ec2.describeVpcs({VpcIds: [young]}))).to.equal('no error')
    expect((await ec2.describeVpcs({})).Vpcs).to.have.length(2)
  })

  it('keeps its time when the settings are replaced', async () => {
    const {ec2, faults} = region
    faults.set({visibility: {byId: 2000}})
    const VpcId = present((await ec2.createVpc({CidrBlock: '10.0.0.0/16'})).Vpc?.VpcId)
    region.advance(1500)
    faults.set({visibility: {byId: 2000}, lingering: 1})
    expect(await codeOf(ec2.describeVpcs({VpcIds: [VpcId]}))).to.equal('InvalidVpcID.NotFound')
    region.advance(500)
    expect(await codeOf(ec2.describeVpcs({VpcIds: [VpcId]}))).to.equal('no error')
  })

  it('concerns every kind, in its own words', async () => {
    const {ec2, faults, store} = region
    const net = await network(ec2)
    faults.set({visibility: {byId: 1000, byTag: 1000}})
    await ec2.importKeyPair({KeyName: 'mine', PublicKeyMaterial: Buffer.from(KEY)})
    const igw = present((await ec2.createInternetGateway({})).InternetGateway?.InternetGatewayId)
    const rtb = present((await ec2.createRouteTable({VpcId: net.vpcId})).RouteTable?.RouteTableId)
    const subnetInput = {VpcId: net.vpcId, CidrBlock: '10.240.1.0/24'}
    const subnet = present((await ec2.createSubnet(subnetInput)).Subnet?.SubnetId)
    const groupInput = {VpcId: net.vpcId, GroupName: 'more', Description: 'more'}
    const sg = present((await ec2.createSecurityGroup(groupInput)).GroupId)
    const i = await launch(ec2, net)
    const [eni = ''] = Object.keys(store.state.networkInterfaces)
    const [vol = ''] = Object.keys(store.state.volumes)
    const calls = () =>
      Promise.all(
        [
          ec2.describeKeyPairs({KeyNames: ['mine']}),
          ec2.runInstances(launchInput(net, {KeyName: 'mine', DryRun: true})),
          ec2.describeInternetGateways({InternetGatewayIds: [igw]}),
          ec2.createRoute({RouteTableId: rtb, DestinationCidrBlock: '0.0.0.0/0', GatewayId: 'local', DryRun: true}),
          ec2.modifySubnetAttribute({SubnetId: subnet, MapPublicIpOnLaunch: {Value: true}}),
          ec2.describeSecurityGroups({GroupIds: [sg]}),
          ec2.createTags({Resources: [i], Tags: [{Key: 'k', Value: 'v'}]}),
          ec2.describeInstances({InstanceIds: [i]}),
          ec2.describeNetworkInterfaces({NetworkInterfaceIds: [eni]}),
          ec2.describeVolumes({VolumeIds: [vol]}),
        ].map(codeOf),
      )
    expect(await calls()).to.deep.equal([
      'InvalidKeyPair.NotFound',
      'InvalidKeyPair.NotFound',
      'InvalidInternetGatewayID.NotFound',
      'InvalidRouteTableID.NotFound',
      'InvalidSubnetID.NotFound',
      'InvalidGroup.NotFound',
      'InvalidInstanceID.NotFound',
      'InvalidInstanceID.NotFound',
      'InvalidNetworkInterfaceID.NotFound',
      'InvalidVolume.NotFound',
    ])
    const lists = async () =>
      [
        (await ec2.describeKeyPairs({})).KeyPairs,
        (await ec2.describeInternetGateways({})).InternetGateways,
        (await ec2.describeRouteTables({})).RouteTables,
        (await ec2.describeSubnets({})).Subnets,
        (await ec2.describeSecurityGroups({})).SecurityGroups,
        (await ec2.describeInstances({})).Reservations,
        (await ec2.describeNetworkInterfaces({})).NetworkInterfaces,
        (await ec2.describeVolumes({})).Volumes,
      ].map(items => items?.length)
    expect(await lists()).to.deep.equal([0, 0, 1, 1, 2, 0, 0, 0])
    region.advance(1000)
    expect(new Set(await calls())).to.deep.equal(new Set(['no error', 'DryRunOperation']))
    expect(await lists()).to.deep.equal([1, 1, 2, 2, 3, 1, 1, 1])
  })

  it('has no say in names, tokens and what a filter compares with', async () => {
    const {ec2, faults} = region
    const net = await network(ec2)
    faults.set({visibility: {byId: 1000, byTag: 1000}})
    const key = {KeyName: 'mine', PublicKeyMaterial: Buffer.from(KEY)}
    await ec2.importKeyPair(key)
    expect(await codeOf(ec2.importKeyPair(key))).to.equal('InvalidKeyPair.Duplicate')
    const input = launchInput(net, {ClientToken: 'once'})
    const first = await ec2.runInstances(input)
    const second = await ec2.runInstances(input)
    expect(second.Instances?.[0]?.InstanceId).to.equal(present(first.Instances?.[0]?.InstanceId))
    const VpcId = present((await ec2.createVpc({CidrBlock: '10.1.0.0/16'})).Vpc?.VpcId)
    const Filters = [{Name: 'vpc-id', Values: [VpcId]}]
    expect((await ec2.describeRouteTables({Filters})).RouteTables).to.deep.equal([])
  })

  it('of what was looked up by its id is whole', async () => {
    const {ec2, faults} = region
    const net = await network(ec2)
    faults.set({visibility: {byTag: 1000}})
    const id = await launch(ec2, net)
    const {Reservations} = await ec2.describeInstances({InstanceIds: [id]})
    expect(Reservations?.[0]?.Instances?.[0]).to.include({SubnetId: net.subnetId, PrivateIpAddress: '10.240.0.4'})
  })
})
