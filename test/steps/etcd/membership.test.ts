import {expect} from 'chai'
import {generateSshKey} from '../../../src/ssh/keys.js'
import {NodeConnections, OPERATOR_KEY} from '../../../src/ssh/node-connections.js'
import type {StepContext} from '../../../src/steps/engine/context.js'
import {membership} from '../../../src/steps/etcd/membership.js'
import {MemorySecretStore} from '../../pki/fixtures.js'
import {codeOfFailure} from '../../ssh/failure-of.js'
import {FaultyServer, type Answer} from '../../ssh/faulty-server.js'
import {QuickClock} from '../../ssh/quick-clock.js'
import {sampleCluster} from '../../templates/sample-cluster.js'

const operator = generateSshKey('operator')
const HOST = '127.0.0.1'
const {spec, artifacts, controllers} = sampleCluster('1.36')
const [one, two] = controllers.map(node => ({...node, peerUrl: `https://${node.privateIp}:2380`}))

/** Etcd as its members are told of each other; etcdctl's refusals in its own words. */
class Etcd {
  private next = 10
  members: string[] = [
    `1, started, controller-1, ${one?.peerUrl ?? ''}, https://one:2379, false`,
    `2, started, controller-2, ${two?.peerUrl ?? ''}, https://two:2379, false`,
  ]

  run(command: string): Answer {
    const removed = /member remove (\w+)/.exec(command.replaceAll(/['"\\]/g, ''))?.[1]
    const added = /member add .*--peer-urls=(\S+?:2380)/.exec(command)?.[1]
    if (removed !== undefined) {
      const left = this.members.filter(line => !line.startsWith(`${removed}, `))
      if (left.length === this.members.length) return {stderr: 'etcdserver: member not found', end: {code: 1}}
      this.members = left
    } else if (added !== undefined) {
      if (this.members.some(line => line.includes(added)))
        return {stderr: 'etcdserver: Peer URLs already exists', end: {code: 1}}
      this.members.push(`${this.next++}, unstarted, , ${added}, , false`)
    } else if (command.includes('member list')) return {stdout: [`${this.members.join('\n')}\n`], end: {code: 0}}
    else return {stdout: ['none\n'], end: {code: 0}}
    return {end: {code: 0}}
  }
}

describe('taking the place of a lost member of etcd', () => {
  let server: FaultyServer
  let etcd: Etcd
  let nodes: NodeConnections | undefined

  beforeEach(async () => {
    server = await FaultyServer.start(operator)
    etcd = new Etcd()
    server.answer = ({command}) => etcd.run(command)
  })
  afterEach(async () => {
    await nodes?.close()
    await server.stop()
  })

  function run(pauses: readonly number[]): Promise<{initialState: string}> {
    if (!one || !two) throw new Error('no controllers')
    const {signal} = new AbortController()
    const pin = `${server.hostKey.publicKey}\n`
    const secrets = new MemorySecretStore([
      [OPERATOR_KEY, operator.privateKey],
      ['ssh/host-controller-1.pub', pin],
      ['ssh/host-controller-2.pub', pin],
    ])
    nodes = new NodeConnections(secrets, 'admin', signal, {clock: new QuickClock(), port: server.port, pauses})
    const context = {spec, nodes, artifacts, signal, progress: () => undefined} as unknown as StepContext
    const step = membership(two, [one], {own: undefined as never, others: [], addresses: undefined as never})
    const at = {host: HOST, hostKey: ''}
    return step.create(context, {own: at, others: [at], addresses: {publicIps: {}}})
  }

  function expectTaken(): void {
    expect(etcd.members.map(line => line.split(', ').slice(1, 4).join(' '))).to.deep.equal([
      `started controller-1 ${one?.peerUrl ?? ''}`,
      `unstarted  ${two?.peerUrl ?? ''}`,
    ])
  }

  for (const verb of ['remove', 'add', 'list']) {
    for (const when of ['before', 'after']) {
      for (const [what, pauses] of [
        ['and is mended', [1, 1, 1]],
        ['and is left to the next try', []],
      ] as const) {
        it(`survives a line that breaks ${when} "member ${verb}" ${what}`, async () => {
          let broken = false
          server.answer = ({command}) => {
            if (broken || !command.includes(`member ${verb}`)) return etcd.run(command)
            broken = true
            if (when === 'after') etcd.run(command)
            return {end: 'reset'}
          }
          expect(await run(pauses)).to.deep.equal({initialState: 'existing'})
          expectTaken()
          expect(await run(pauses)).to.deep.equal({initialState: 'existing'})
          expectTaken()
        })
      }
    }
  }

  it('ends at once where somebody else answers for the others', async () => {
    server.answer = ({command}) => {
      if (!command.includes('member remove')) return etcd.run(command)
      server.hostKey = generateSshKey('somebody else')
      return {end: 'reset'}
    }
    expect(await codeOfFailure(run([1]))).to.equal('SSH_HOST_KEY')
    expect(etcd.members).to.have.length(2)
  })
})
