import {expect} from 'chai'
import type {RunInstancesCommandInput} from '@aws-sdk/client-ec2'
import {createApiServer} from '../../../../src/local/api/server.js'
import {SettableFaults} from '../../../../src/local/api/faults/fault-source.js'
import {
  codeOf,
  CREDENTIALS,
  IMAGE,
  launch,
  launchInput,
  network,
  present,
  reaches,
  type TestNetwork,
} from '../test-region.js'
import {eventually, faultyRegion, type FaultyRegion} from './faulty-region.js'

const SPOT = {InstanceMarketOptions: {MarketType: 'spot' as const}}
const named = (Value: string): Partial<RunInstancesCommandInput> => ({
  TagSpecifications: [{ResourceType: 'instance', Tags: [{Key: 'Name', Value}]}],
})

describe('spot instances', () => {
  let region: FaultyRegion
  let net: TestNetwork

  beforeEach(async () => {
    region = await faultyRegion()
    net = await network(region.ec2)
  })

  afterEach(async () => {
    expect(region.errors).to.deep.equal([])
    await region.close()
  })

  const running = async (name: string, more: Partial<RunInstancesCommandInput> = SPOT) => {
    const id = await launch(region.ec2, net, {...named(name), ...more})
    await reaches(region.ec2, id, 'running')
    return id
  }
  const describe1 = async (id: string) =>
    present((await region.ec2.describeInstances({InstanceIds: [id]})).Reservations?.[0]?.Instances?.[0])
  /** Asks once more and lets what that sets off reach the state. */
  const settled = async () => {
    await region.ec2.describeInstances({})
    await region.store.change(() => undefined)
  }
  const noticeOf = (id: string) => region.store.state.instances[id]?.spot?.interruptedAt

  it('are launched and described as such', async () => {
    const {ec2} = region
    const spot = await running('worker-1')
    const onDemand = await running('worker-2', {})
    const {InstanceLifecycle, SpotInstanceRequestId} = await describe1(spot)
    expect(InstanceLifecycle).to.equal('spot')
    expect(SpotInstanceRequestId).to.match(/^sir-[a-z0-9]{8}$/)
    expect(await describe1(onDemand)).not.to.have.any.keys('InstanceLifecycle', 'SpotInstanceRequestId')
    const Filters = [{Name: 'instance-lifecycle', Values: ['spot']}]
    const {Reservations = []} = await ec2.describeInstances({Filters})
    expect(Reservations.map(({Instances}) => Instances?.[0]?.InstanceId)).to.deep.equal([spot])
    expect(await codeOf(ec2.stopInstances({InstanceIds: [spot]}))).to.equal('UnsupportedOperation')
  })

  it('are one-time and end when they are taken back', async () => {
    const run = (InstanceMarketOptions: RunInstancesCommandInput['InstanceMarketOptions']) =>
      codeOf(region.ec2.runInstances(launchInput(net, {InstanceMarketOptions, DryRun: true})))
    const SpotOptions = {
      SpotInstanceType: 'one-time',
      InstanceInterruptionBehavior: 'terminate',
      MaxPrice: '0.05',
    } as const
    expect(await run({MarketType: 'spot', SpotOptions})).to.equal('DryRunOperation')
    expect(await run({MarketType: 'capacity-block'})).to.equal('InvalidParameterValue')
    expect(await run({MarketType: 'spot', SpotOptions: {MaxPrice: 'much'}})).to.equal('InvalidParameterValue')
    expect(await run({SpotOptions})).to.equal('InvalidParameterCombination')
    expect(await run({MarketType: 'spot', SpotOptions: {SpotInstanceType: 'persistent'}})).to.equal(
      'UnsupportedOperation',
    )
    expect(await run({MarketType: 'spot', SpotOptions: {InstanceInterruptionBehavior: 'stop'}})).to.equal(
      'UnsupportedOperation',
    )
  })

  it('get notice, which the host is told, and end two minutes later', async () => {
    const {clock, ec2, fabric, faults} = region
    const taken = await running('worker-1')
    const others = [await running('worker-2'), await running('worker-1', {})]
    const before = fabric.synced.length
    faults.set({interruptions: [{name: 'worker-1'}]})
    await eventually(() => clock.sleeping === 1)
    expect(noticeOf(taken)).to.equal(new Date(clock.now() + 120_000).toISOString())
    expect(fabric.synced.slice(before).at(-1)?.instances[taken]?.spot?.interruptedAt).to.equal(noticeOf(taken))
    region.advance(119_999)
    expect((await describe1(taken)).State?.Name).to.equal('running')
    region.advance(1)
    await reaches(ec2, taken, 'terminated')
    expect((await describe1(taken)).StateReason).to.deep.equal({
      Code: 'Server.SpotInstanceTermination',
      Message: 'Server.SpotInstanceTermination: Spot instance termination',
    })
    for (const id of others) expect((await describe1(id)).State?.Name).to.equal('running')
    expect(others.map(noticeOf)).to.deep.equal([undefined, undefined])
  })

  it('that come up later are taken back too, but no more than was said', async () => {
    const {clock, ec2, faults} = region
    faults.set({interruptions: [{name: 'worker-*', noticeMilliseconds: 1000, times: 1}]})
    await running('worker-1', {})
    const first = await running('worker-1')
    await eventually(() => clock.sleeping === 1)
    region.advance(1000)
    await reaches(ec2, first, 'terminated')
    const second = await running('worker-1')
    await settled()
    expect([noticeOf(second), clock.sleeping]).to.deep.equal([undefined, 0])
  })

  it('end once, whoever is first', async () => {
    const {clock, ec2, fabric, faults} = region
    const id = await running('worker-1')
    faults.set({interruptions: [{name: 'worker-1', noticeMilliseconds: 1000}]})
    await eventually(() => clock.sleeping === 1)
    await ec2.terminateInstances({InstanceIds: [id]})
    await reaches(ec2, id, 'terminated')
    region.advance(1000)
    await settled()
    expect((await describe1(id)).StateReason?.Code).to.equal('Client.UserInitiatedShutdown')
    expect(fabric.callsOf('removeMachine')).to.have.length(1)
  })

  it('that had notice end under the next daemon as well', async () => {
    const {clock, ec2, fabric, faults, store} = region
    const id = await running('worker-1')
    faults.set({interruptions: [{name: 'worker-1', noticeMilliseconds: 1000}]})
    await eventually(() => clock.sleeping === 1)
    const publicRange = {first: 0, last: 0}
    const next = new SettableFaults()
    createApiServer({store, fabric, credentials: CREDENTIALS, image: IMAGE, publicRange, clock, faults: next})
    expect(clock.sleeping).to.equal(2)
    region.advance(1000)
    await reaches(ec2, id, 'terminated')
    expect((await describe1(id)).StateReason?.Code).to.equal('Server.SpotInstanceTermination')
  })
})
