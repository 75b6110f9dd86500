import {expect} from 'chai'
import {codeOf, launch, launchInput, network, present, reaches, type TestNetwork} from '../test-region.js'
import {faultyRegion, type FaultyRegion} from './faulty-region.js'

describe('capacity', () => {
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

  it('that is wanting in a zone is there in others', async () => {
    const {ec2, faults, store} = region
    faults.set({capacity: [{zone: 'local-1a'}]})
    const error: unknown = await ec2.runInstances(launchInput(net)).catch((caught: unknown) => caught)
    expect(error).to.include({name: 'InsufficientInstanceCapacity'})
    expect(error).to.have.nested.property('$metadata.httpStatusCode', 500)
    expect(error).to.have.property('message').that.contains('local-1b, local-1c').and.contains('t3.small')
    expect([store.state.instances, store.state.volumes, store.state.networkInterfaces]).to.deep.equal([{}, {}, {}])
    const subnet = {VpcId: net.vpcId, CidrBlock: '10.240.1.0/24', AvailabilityZone: 'local-1b'}
    const SubnetId = present((await ec2.createSubnet(subnet)).Subnet?.SubnetId)
    expect(await run({SubnetId})).to.equal('no error')
    faults.set({})
    expect(await run()).to.equal('no error')
  })

  it('may be wanting for some types only, in other words', async () => {
    region.faults.set({
      capacity: [
        {instanceType: 't3.*', code: 'Unsupported'},
        {instanceType: 'm5.large', code: 'InsufficientFreeAddressesInSubnet'},
      ],
    })
    expect(await run()).to.equal('Unsupported')
    expect(await run({InstanceType: 'm5.large'})).to.equal('InsufficientFreeAddressesInSubnet')
    expect(await run({InstanceType: 'm5.xlarge'})).to.equal('no error')
  })

  it('is no question for a launch that has happened, nor for one that is wrong', async () => {
    const ClientToken = 'once'
    const id = await launch(region.ec2, net, {ClientToken})
    region.faults.set({capacity: [{}]})
    const again = await region.ec2.runInstances(launchInput(net, {ClientToken}))
    expect(again.Instances?.[0]?.InstanceId).to.equal(id)
    expect(await run({ClientToken: 'twice'})).to.equal('InsufficientInstanceCapacity')
    expect(await run({ImageId: 'ami-00000000'})).to.equal('InvalidAMIID.NotFound')
  })

  it('is no question for an instance that boots', async () => {
    const {ec2, fabric, faults} = region
    const release = fabric.hold('startMachine')
    const id = await launch(ec2, net)
    faults.set({capacity: [{}]})
    expect(await codeOf(ec2.createTags({Resources: [id], Tags: [{Key: 'k', Value: 'v'}]}))).to.equal('no error')
    release()
    await reaches(ec2, id, 'running')
  })

  it('is needed to start an instance again', async () => {
    const {ec2, faults} = region
    const InstanceIds = [await launch(ec2, net)]
    await reaches(ec2, present(InstanceIds[0]), 'running')
    await ec2.stopInstances({InstanceIds})
    await reaches(ec2, present(InstanceIds[0]), 'stopped')
    faults.set({capacity: [{}]})
    expect(await codeOf(ec2.startInstances({InstanceIds}))).to.equal('InsufficientInstanceCapacity')
    await reaches(ec2, present(InstanceIds[0]), 'stopped')
    faults.set({capacity: [{code: 'Unsupported'}]})
    expect(await codeOf(ec2.startInstances({InstanceIds}))).to.equal('no error')
  })
})
