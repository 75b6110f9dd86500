import {expect} from 'chai'
import {generateSshKey} from '../../src/ssh/keys.js'
import {NodeConnections, OPERATOR_KEY} from '../../src/ssh/node-connections.js'
import {MemorySecretStore} from '../pki/fixtures.js'
import {codeOfFailure, failureOf} from './failure-of.js'
import {FaultyServer} from './faulty-server.js'
import {QuickClock} from './quick-clock.js'

const operator = generateSshKey('operator')
/** Nowhere, but by way of a controller. */
const PRIVATE = '192.0.2.31'
const VIA = [
  {name: 'controller-1', host: '127.0.0.1'},
  {name: 'controller-2', host: '127.0.0.2'},
]

describe('connections to machines without a public address', () => {
  let controller: FaultyServer
  let worker: FaultyServer
  let secrets: MemorySecretStore
  let nodes: NodeConnections

  beforeEach(async () => {
    controller = await FaultyServer.start(operator)
    worker = await FaultyServer.start(operator)
    controller.reaches.set(PRIVATE, worker.port)
    worker.answer = () => ({stdout: ['worker-1\n'], end: {code: 0}})
    secrets = new MemorySecretStore([
      [OPERATOR_KEY, operator.privateKey],
      ['ssh/host-controller-1.pub', `${controller.hostKey.publicKey}\n`],
      ['ssh/host-controller-2.pub', `${controller.hostKey.publicKey}\n`],
      ['ssh/host-worker-1.pub', `${worker.hostKey.publicKey}\n`],
    ])
    nodes = new NodeConnections(secrets, 'admin', new AbortController().signal, {
      clock: new QuickClock(),
      port: controller.port,
      bootBudget: 1_000,
      pauses: [0, 0],
    })
  })
  afterEach(async () => {
    await nodes.close()
    await controller.stop()
    await worker.stop()
  })

  it('go through the first controller that lets us in, and end at the machine itself', async () => {
    // Nobody listens at the other one's address.
    const remote = await nodes.to('worker-1', PRIVATE, undefined, VIA)
    expect(await remote.exec('hostname')).to.equal('worker-1\n')
    expect(worker.commands).to.deep.equal(['hostname'])
    expect(controller.commands).to.deep.equal([])
    expect(controller.asked).to.deep.equal([PRIVATE])
  })

  it('share the connection to the controller', async () => {
    await nodes.to('controller-1', '127.0.0.1')
    await Promise.all(['worker-1', 'worker-1'].map(name => nodes.to(name, PRIVATE, undefined, VIA.slice(0, 1))))
    expect(controller.connections).to.equal(1)
    expect(worker.connections).to.equal(1)
  })

  it('wait until the machine has booted', async () => {
    controller.reaches.clear()
    const clock = new QuickClock(count => {
      if (count === 3) controller.reaches.set(PRIVATE, worker.port)
      return undefined
    })
    nodes = new NodeConnections(secrets, 'admin', new AbortController().signal, {clock, port: controller.port})
    await nodes.to('worker-1', PRIVATE, undefined, VIA.slice(0, 1))
    expect(controller.asked).to.have.length(4)
  })

  it('take nobody in between for the machine: its own host key is pinned', async () => {
    const other = await FaultyServer.start(operator)
    controller.reaches.set(PRIVATE, other.port)
    expect(await codeOfFailure(nodes.to('worker-1', PRIVATE, undefined, VIA.slice(0, 1)))).to.equal('SSH_HOST_KEY')
    expect(other.attempts).to.deep.equal([])
    await other.stop()
  })

  it('are made anew when the controller is lost under a command', async () => {
    const remote = await nodes.to('worker-1', PRIVATE, undefined, VIA.slice(0, 1))
    let times = 0
    worker.answer = async () => {
      times += 1
      if (times === 1) {
        await controller.stop()
        await controller.listen()
      }
      return {stdout: ['worker-1\n'], end: {code: 0}}
    }
    expect(await remote.exec('hostname')).to.equal('worker-1\n')
    expect(times).to.equal(2)
  })

  it('say which machine could not be reached, and from where', async () => {
    controller.reaches.clear()
    const error = await failureOf(nodes.to('worker-1', PRIVATE, undefined, VIA.slice(0, 1)))
    expect(String(error)).to.match(
      /worker-1 \(192\.0\.2\.31\) did not let khw in .*controller-1 could not reach 192\.0\.2\.31/,
    )
  })
})
