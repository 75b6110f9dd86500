import {expect} from 'chai'
import {codeOf, launch, launchInput, network, type TestNetwork} from '../test-region.js'
import {faultyRegion, type FaultyRegion} from './faulty-region.js'

const SPOT = {InstanceMarketOptions: {MarketType: 'spot' as const}}

describe('quotas', () => {
  let region: FaultyRegion
  let net: TestNetwork

  beforeEach(async () => {
    region = await faultyRegion()
    net = await network(region.ec2)
  })

  afterEach(async () => {
    await region.close()
  })

  const run = (more = {}) => codeOf(region.ec2.runInstances(launchInput(net, more)))

  it('limit what there may be of each kind, each with its own code', async () => {
    const {ec2, faults} = region
    const vpc = () => codeOf(ec2.createVpc({CidrBlock: '10.1.0.0/16'}))
    const gateway = () => codeOf(ec2.createInternetGateway({}))
    const subnet = () => codeOf(ec2.createSubnet({VpcId: net.vpcId, CidrBlock: '10.240.1.0/24'}))
    const group = () => codeOf(ec2.createSecurityGroup({VpcId: net.vpcId, GroupName: 'more', Description: 'more'}))
    faults.set({quotas: {vpcs: 1, internetGateways: 0, subnetsPerVpc: 1, securityGroups: 2}})
    expect([await vpc(), await gateway(), await subnet(), await group()]).to.deep.equal([
      'VpcLimitExceeded',
      'InternetGatewayLimitExceeded',
      'SubnetLimitExceeded',
      'SecurityGroupLimitExceeded',
    ])
    faults.set({quotas: {internetGateways: 1, subnetsPerVpc: 2, securityGroups: 3}})
    expect([await gateway(), await subnet(), await group()]).to.deep.equal(['no error', 'no error', 'no error'])
    faults.set({})
    expect(await vpc()).to.equal('no error')
  })

  it('count instances that are up', async () => {
    const {ec2, faults} = region
    faults.set({quotas: {instances: 1}})
    expect(await run({MinCount: 2, MaxCount: 2})).to.equal('InstanceLimitExceeded')
    const id = await launch(ec2, net)
    expect(await run()).to.equal('InstanceLimitExceeded')
    await ec2.terminateInstances({InstanceIds: [id]})
    expect(await run()).to.equal('no error')
  })

  it('count vcpus of on-demand instances, and spot instances apart', async () => {
    region.faults.set({quotas: {vcpus: 4, spotInstances: 1}})
    expect(await run({InstanceType: 't3.2xlarge'})).to.equal('VcpuLimitExceeded')
    expect([await run(), await run(), await run()]).to.deep.equal(['no error', 'no error', 'VcpuLimitExceeded'])
    expect([await run(SPOT), await run(SPOT)]).to.deep.equal(['no error', 'MaxSpotInstanceCountExceeded'])
    region.faults.set({quotas: {spotVcpus: 4}})
    expect([await run(SPOT), await run(SPOT)]).to.deep.equal(['no error', 'MaxSpotInstanceCountExceeded'])
  })

  it('leave alone what there is more of, and launches that have happened', async () => {
    const {ec2, faults} = region
    const ClientToken = 'once'
    await launch(ec2, net, {ClientToken})
    faults.set({quotas: {instances: 0, vpcs: 0}})
    expect(await run({ClientToken})).to.equal('no error')
    expect(await codeOf(ec2.modifyVpcAttribute({VpcId: net.vpcId, EnableDnsSupport: {Value: true}}))).to.equal(
      'no error',
    )
    expect(await run()).to.equal('InstanceLimitExceeded')
  })
})
