import {expect} from 'chai'
import {SettableFaults} from '../../../src/local/api/faults/fault-source.js'
import {callLatency, LATENCIES} from '../../../src/local/api/latency.js'
import {FastClock} from '../../fast-clock.js'
import {elbNetwork, healthOf, listener, loadBalancer, targetGroup} from './elb/elb-network.js'
import {launch, reaches, testRegion, type TestRegion} from './test-region.js'

const EC2 = LATENCIES.ec2

describe('a boot that takes its time', () => {
  it('keeps nobody who wants the instance to end or to stop', async () => {
    const region = await testRegion({latency: {...LATENCIES.none, boot: 3_600_000}})
    const {ec2} = region
    const net = await elbNetwork(region)
    const [ended, stopped] = [await launch(ec2, net), await launch(ec2, net)]
    for (const instanceId of [ended, stopped]) await reaches(ec2, instanceId, 'running')
    expect(region.fabric.callsOf('startMachine')).to.deep.equal([])
    await ec2.terminateInstances({InstanceIds: [ended]})
    await ec2.stopInstances({InstanceIds: [stopped]})
    await Promise.all([reaches(ec2, ended, 'terminated'), reaches(ec2, stopped, 'stopped')])
    expect(region.fabric.callsOf('startMachine')).to.deep.equal([])
    await region.close()
  })
})

describe('the latency of EC2', () => {
  let region: TestRegion
  const clock = new FastClock(200)
  const faults = new SettableFaults()
  beforeEach(async () => {
    faults.set({})
    region = await testRegion({clock, faults})
    for (const {config} of [region.ec2, region.elb])
      Object.defineProperty(config, 'systemClockOffset', {get: () => clock.now() - Date.now(), set: () => undefined})
  })
  afterEach(() => region.close())

  it('is that of calls, of launches and of boots', async () => {
    const net = await elbNetwork(region)
    faults.set({latency: 'ec2'})
    const began = clock.now()
    const instanceId = await launch(region.ec2, net)
    const answered = began + EC2.calls.runInstances
    expect(clock.now()).to.be.at.least(answered)
    await reaches(region.ec2, instanceId, 'running')
    expect(clock.now()).to.be.at.least(answered + EC2.launch)
    while (region.fabric.callsOf('startMachine').length === 0) await clock.sleep(100)
    expect(clock.now()).to.be.at.least(answered + EC2.launch + EC2.boot)
  })

  it('is that of load balancers and their targets', async () => {
    const net = await elbNetwork(region)
    const instanceId = await launch(region.ec2, net)
    await reaches(region.ec2, instanceId, 'running')
    const group = await targetGroup(region, net)
    faults.set({latency: 'ec2'})
    const began = clock.now()
    const arn = await loadBalancer(region, net)
    await listener(region, arn, group)
    await region.elb.registerTargets({TargetGroupArn: group, Targets: [{Id: instanceId}]})
    while ((await healthOf(region, group))[instanceId] !== 'healthy') await clock.sleep(500)
    expect(clock.now() - began).to.be.at.least(Math.max(EC2.loadBalancerProvisioning, EC2.targetRegistration))
    // Before the call: how long its answer is under way on this machine is nothing of the region's.
    const deleted = clock.now()
    await region.elb.deleteLoadBalancer({LoadBalancerArn: arn})
    while (Object.values(region.store.state.networkInterfaces).some(nic => nic.managed !== undefined))
      await clock.sleep(500)
    expect(clock.now() - deleted).to.be.at.least(EC2.loadBalancerInterfaceRelease)
  })

  it('is short for calls that only look', () => {
    expect(
      ['DescribeVpcs', 'GetCallerIdentity', 'ListRoles', 'CreateVpc', 'RunInstances'].map(name =>
        callLatency(EC2, name),
      ),
    ).to.deep.equal([100, 100, 100, 250, 1500])
    expect(callLatency(LATENCIES.none, 'RunInstances')).to.equal(0)
  })
})
