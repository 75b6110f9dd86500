import {expect} from 'chai'
import {reconcile} from '../../../src/local/api/reconcile.js'
import type {InstanceState} from '../../../src/local/model.js'
import {RecordingFabric} from './recording-fabric.js'
import {launch, network, present, reaches, testRegion, type TestNetwork, type TestRegion} from './test-region.js'

describe('reconcile', () => {
  let region: TestRegion
  let net: TestNetwork

  beforeEach(async () => {
    region = await testRegion()
    net = await network(region.ec2)
  })

  afterEach(async () => {
    await region.close()
  })

  /** An instance left behind in that state, as if the daemon had been killed. */
  const left = async (state: InstanceState, behaviour: 'stop' | 'terminate' = 'stop') => {
    const id = await launch(region.ec2, net, {InstanceInitiatedShutdownBehavior: behaviour})
    await reaches(region.ec2, id, 'running')
    await region.store.change(draft => {
      present(draft.instances[id]).state = state
    })
    return id
  }

  it('makes the state say what the host has', async () => {
    const {store} = region
    const up = await left('running')
    const booting = await left('pending')
    const lost = await left('running')
    const lostForEver = await left('running', 'terminate')
    const neverBooted = await left('pending', 'terminate')
    const goingDown = await left('stopping')
    const ending = await left('shutting-down')
    const awake = await left('stopped')
    const stray = 'i-0feedfeedfeedfeed'
    const fabric = new RecordingFabric()
    const problems = await reconcile(store, fabric, new Set([up, booting, ending, awake, stray]))
    expect(problems).to.deep.equal([])
    const states = [up, booting, lost, lostForEver, neverBooted, goingDown, ending, awake].map(
      id => store.state.instances[id]?.state,
    )
    expect(states).to.deep.equal([
      'running',
      'running',
      'stopped',
      'terminated',
      'terminated',
      'stopped',
      'terminated',
      'stopped',
    ])
    expect(fabric.callsOf('removeMachine')).to.have.members(
      [lostForEver, neverBooted, ending, stray].map(id => `removeMachine ${id}`),
    )
    expect(fabric.callsOf('startMachine')).to.deep.equal([])
    expect(fabric.calls[0]).to.equal(`syncVpc ${net.vpcId}`)
    expect(Object.keys(store.state.networkInterfaces)).to.have.length(5)
    expect(Object.keys(store.state.volumes)).to.have.length(5)
  })

  it('tells what failed and goes on with the rest', async () => {
    const {store} = region
    const ending = await left('shutting-down')
    const lost = await left('running')
    const fabric = new RecordingFabric()
    fabric.fail('removeMachine', new Error('device busy'))
    const problems = await reconcile(store, fabric, new Set())
    expect(problems.map(String)).to.deep.equal(['Error: device busy'])
    expect([ending, lost].map(id => store.state.instances[id]?.state)).to.deep.equal(['shutting-down', 'stopped'])
  })
})
