import {expect} from 'chai'
import {launch, network, present, reaches, type TestNetwork} from '../test-region.js'
import {eventually, faultyRegion, type FaultyRegion} from './faulty-region.js'

const named = (Value: string) => ({
  TagSpecifications: [{ResourceType: 'instance' as const, Tags: [{Key: 'Name', Value}]}],
})

describe('boots', () => {
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

  const launched = (name: string) => launch(region.ec2, net, named(name))
  const describe1 = async (id: string) =>
    present((await region.ec2.describeInstances({InstanceIds: [id]})).Reservations?.[0]?.Instances?.[0])

  it('that are slow keep the instance pending, and only that one', async () => {
    const {clock, ec2, fabric, faults} = region
    faults.set({boots: [{name: 'worker-*', delay: 60_000}]})
    const slow = await launched('worker-1')
    const other = await launched('controller-1')
    await reaches(ec2, other, 'running')
    await eventually(() => clock.sleeping === 1)
    region.advance(59_999)
    expect((await describe1(slow)).State?.Name).to.equal('pending')
    expect(fabric.callsOf('startMachine')).to.deep.equal([`startMachine ${other}`])
    region.advance(1)
    await reaches(ec2, slow, 'running')
  })

  it('that are slow end at once when the instance is terminated', async () => {
    const {clock, ec2, fabric, faults} = region
    faults.set({boots: [{delay: 60_000}]})
    const id = await launched('worker-1')
    await eventually(() => clock.sleeping === 1)
    await ec2.terminateInstances({InstanceIds: [id]})
    await reaches(ec2, id, 'terminated')
    expect(fabric.callsOf('startMachine')).to.deep.equal([])
    expect((await describe1(id)).StateReason?.Code).to.equal('Client.UserInitiatedShutdown')
  })

  it('that fail end as terminated, with the reason and nothing left', async () => {
    const {ec2, fabric, faults, store} = region
    faults.set({boots: [{name: 'worker-1', fail: {}}, {fail: {code: 'Client.VolumeLimitExceeded'}}]})
    const first = await launched('worker-1')
    const second = await launched('worker-2')
    await reaches(ec2, first, 'terminated')
    await reaches(ec2, second, 'terminated')
    expect((await describe1(first)).StateReason).to.deep.equal({
      Code: 'Server.InternalError',
      Message: 'Server.InternalError: Internal error on launch',
    })
    expect((await describe1(second)).StateReason).to.deep.equal({
      Code: 'Client.VolumeLimitExceeded',
      Message: 'Client.VolumeLimitExceeded: Volume limit exceeded',
    })
    expect(fabric.callsOf('startMachine')).to.deep.equal([])
    expect([store.state.networkInterfaces, store.state.volumes]).to.deep.equal([{}, {}])
    faults.set({})
    await reaches(ec2, await launched('worker-1'), 'running')
  })

  it('are counted, those of a name for themselves', async () => {
    const {faults} = region
    faults.set({boots: [{name: 'worker-*', nth: 2, fail: {code: 'Server.InternalError', message: 'Bad disk'}}]})
    const states = []
    for (const name of ['worker-1', 'controller-1', 'worker-1', 'worker-1']) {
      const id = await launched(name)
      await eventually(() => region.store.state.instances[id]?.state !== 'pending')
      await eventually(() => region.store.state.instances[id]?.state !== 'shutting-down')
      states.push((await describe1(id)).State?.Name)
    }
    expect(states).to.deep.equal(['running', 'running', 'terminated', 'running'])
  })

  it('may be slow and then fail', async () => {
    const {clock, ec2, faults} = region
    faults.set({boots: [{delay: 1000, fail: {message: 'Bad disk'}}]})
    const id = await launched('worker-1')
    await eventually(() => clock.sleeping === 1)
    expect((await describe1(id)).State?.Name).to.equal('pending')
    region.advance(1000)
    await reaches(ec2, id, 'terminated')
    expect((await describe1(id)).StateReason?.Message).to.equal('Server.InternalError: Bad disk')
  })

  it('of a stopped instance fail back to stopped', async () => {
    const {ec2, faults} = region
    const id = await launched('worker-1')
    await reaches(ec2, id, 'running')
    await ec2.stopInstances({InstanceIds: [id]})
    await reaches(ec2, id, 'stopped')
    faults.set({boots: [{fail: {}}]})
    await ec2.startInstances({InstanceIds: [id]})
    await reaches(ec2, id, 'stopped')
    expect((await describe1(id)).StateReason?.Code).to.equal('Server.InternalError')
  })
})
