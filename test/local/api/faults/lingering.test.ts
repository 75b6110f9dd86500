import {expect} from 'chai'
import {codeOf, launch, network, present, reaches, type TestNetwork} from '../test-region.js'
import {faultyRegion, type FaultyRegion} from './faulty-region.js'

describe('lingering interfaces', () => {
  let region: FaultyRegion
  let net: TestNetwork
  let gatewayId: string

  beforeEach(async () => {
    region = await faultyRegion()
    const {ec2} = region
    net = await network(ec2)
    gatewayId = present((await ec2.createInternetGateway({})).InternetGateway?.InternetGatewayId)
    await ec2.attachInternetGateway({InternetGatewayId: gatewayId, VpcId: net.vpcId})
  })

  afterEach(async () => {
    await region.close()
  })

  const ended = async (isPublic: boolean) => {
    const {ec2} = region
    await ec2.modifySubnetAttribute({SubnetId: net.subnetId, MapPublicIpOnLaunch: {Value: isPublic}})
    const id = await launch(ec2, net)
    await reaches(ec2, id, 'running')
    await ec2.terminateInstances({InstanceIds: [id]})
    await reaches(ec2, id, 'terminated')
  }
  const detach = () => codeOf(region.ec2.detachInternetGateway({InternetGatewayId: gatewayId, VpcId: net.vpcId}))
  const deleteSubnet = () => codeOf(region.ec2.deleteSubnet({SubnetId: net.subnetId}))
  const deleteGroup = () => codeOf(region.ec2.deleteSecurityGroup({GroupId: net.groupId}))
  const deleteVpc = () => codeOf(region.ec2.deleteVpc({VpcId: net.vpcId}))
  const all = async () => [await detach(), await deleteSubnet(), await deleteGroup(), await deleteVpc()]

  it('are in the way of what they are in, until their time is over', async () => {
    region.faults.set({lingering: 30_000})
    await ended(true)
    const blocked = ['DependencyViolation', 'DependencyViolation', 'DependencyViolation', 'DependencyViolation']
    expect(await all()).to.deep.equal(blocked)
    region.advance(29_999)
    expect(await all()).to.deep.equal(blocked)
    region.advance(1)
    const {ec2} = region
    expect([await detach(), await deleteSubnet(), await deleteGroup()]).to.deep.equal(Array(3).fill('no error'))
    await ec2.deleteInternetGateway({InternetGatewayId: gatewayId})
    expect(await deleteVpc()).to.equal('no error')
  })

  it('keep a VPC that has nothing else in it', async () => {
    await ended(false)
    expect([await detach(), await deleteSubnet(), await deleteGroup()]).to.deep.equal(Array(3).fill('no error'))
    region.faults.set({lingering: 30_000})
    expect(await deleteVpc()).to.equal('DependencyViolation')
    region.advance(30_000)
    expect(await deleteVpc()).to.equal('no error')
  })

  it('hold no internet gateway unless they had a public address', async () => {
    region.faults.set({lingering: 30_000})
    await ended(false)
    expect([await detach(), await deleteSubnet()]).to.deep.equal(['no error', 'DependencyViolation'])
  })

  it('are in the way of nothing else', async () => {
    const {ec2, faults} = region
    faults.set({lingering: 30_000})
    const other = await network(ec2, '10.1.0.0/16')
    await ended(true)
    expect(await codeOf(ec2.deleteSubnet({SubnetId: other.subnetId}))).to.equal('no error')
    expect(await codeOf(ec2.deleteSecurityGroup({GroupId: other.groupId}))).to.equal('no error')
    expect(await codeOf(ec2.deleteVpc({VpcId: other.vpcId}))).to.equal('no error')
    expect(await codeOf(ec2.createTags({Resources: [net.subnetId], Tags: [{Key: 'k', Value: 'v'}]}))).to.equal(
      'no error',
    )
  })

  it('do not exist unless they are asked for', async () => {
    await ended(true)
    expect((await all()).slice(0, 3)).to.deep.equal(Array(3).fill('no error'))
  })
})
