import {expect} from 'chai'
import type {KhwError} from '../../src/errors.js'
import {generateSshKey} from '../../src/ssh/keys.js'
import {NodeConnections, OPERATOR_KEY, type ConnectionOptions} from '../../src/ssh/node-connections.js'
import {MemorySecretStore} from '../pki/fixtures.js'
import {codeOfFailure, failureOf} from './failure-of.js'
import {FaultyServer, type Answer, type ConnectionFault, type Ending} from './faulty-server.js'
import {QuickClock} from './quick-clock.js'

const operator = generateSshKey('operator')
const HOST = '127.0.0.1'

describe('node connections', () => {
  let server: FaultyServer
  let secrets: MemorySecretStore
  let abort: AbortController
  let nodes: NodeConnections | undefined

  beforeEach(async () => {
    server = await FaultyServer.start(operator)
    secrets = new MemorySecretStore([
      [OPERATOR_KEY, operator.privateKey],
      ['ssh/host-worker-1.pub', `${server.hostKey.publicKey}\n`],
    ])
    abort = new AbortController()
  })
  afterEach(async () => {
    await nodes?.close()
    await server.stop()
  })

  function connections(options: Partial<ConnectionOptions> = {}): NodeConnections {
    nodes = new NodeConnections(secrets, 'admin', abort.signal, {
      clock: new QuickClock(),
      port: server.port,
      bootBudget: 1_000,
      ...options,
    })
    return nodes
  }

  describe('while a machine boots', () => {
    const beginnings: readonly ConnectionFault[] = ['close', 'reset', 'nonsense']

    it('wait until it speaks SSH', async () => {
      server.connectionFaults = [...beginnings]
      const remote = await connections().to('worker-1', HOST)
      expect(server.connections).to.equal(4)
      expect(await remote.exec('true')).to.equal('')
    })

    it('wait until it listens', async () => {
      await server.stop()
      const clock = new QuickClock(count => (count === 3 ? server.listen() : undefined))
      await connections({clock}).to('worker-1', HOST)
      expect(server.connections).to.equal(1)
      expect(clock.slept).to.have.length(3)
    })

    it('wait until it knows the key of the operator', async () => {
      server.refusals = 2
      await connections().to('worker-1', HOST)
      expect(server.connections).to.equal(3)
    })

    it('ask once why nobody answers, and stop if somebody knows', async () => {
      server.always = 'silence'
      let asked = 0
      const onSilence = (): Promise<void> => {
        asked += 1
        return Promise.reject(new Error('you have moved'))
      }
      const opened = connections({onSilence, silence: 100, open: {readyTimeout: 50}})
      const error = await failureOf(opened.to('worker-1', HOST))
      expect(error).to.include({message: 'you have moved'})
      server.always = 'close'
      expect(await codeOfFailure(opened.to('worker-1', HOST))).to.equal('SSH_FAILED')
      expect(asked).to.equal(1)
    })

    for (const fault of [...beginnings, 'silence', 'stall'] as const) {
      it(`give up after the budget and say what to do: ${fault}`, async () => {
        server.always = fault
        const clock = new QuickClock()
        const opened = connections({clock, open: {readyTimeout: 50}})
        const error = (await failureOf(opened.to('worker-1', HOST))) as KhwError
        expect(error.code).to.equal('SSH_FAILED')
        expect(error.message).to.match(/^worker-1 \(127\.0\.0\.1\) did not let khw in over SSH within 1 s: /)
        expect(error.suggestions[0]).to.include('khw status')
        expect(clock.slept).to.deep.equal([250, 250, 250, 250])
      })
    }

    it('give up sooner where the key of the operator stays unknown, from the first refusal on', async () => {
      server.connectionFaults = ['close', 'close']
      server.refusals = Infinity
      const work = connections({authenticationGrace: 500, bootBudget: 10_000}).to('worker-1', HOST)
      expect(await codeOfFailure(work)).to.equal('SSH_FAILED')
      expect(server.connections).to.equal(2 + 3)
    })

    it('give up at once on another host key, before authentication', async () => {
      server.hostKey = generateSshKey('somebody else')
      expect(await codeOfFailure(connections().to('worker-1', HOST))).to.equal('SSH_HOST_KEY')
      expect(server.connections).to.equal(1)
      expect(server.attempts).to.deep.equal([])
    })

    it('give up at once without keys', async () => {
      expect(await codeOfFailure(connections().to('worker-2', HOST))).to.equal('SSH_FAILED')
      secrets.files.delete(OPERATOR_KEY)
      expect(await codeOfFailure(connections().to('worker-1', HOST))).to.equal('SSH_FAILED')
      expect(server.connections).to.equal(0)
    })

    it('give up at once with a private key that is none', async () => {
      secrets.files.set(OPERATOR_KEY, 'none')
      const clock = new QuickClock()
      expect(await codeOfFailure(connections({clock}).to('worker-1', HOST))).to.equal('SSH_FAILED')
      expect(clock.slept).to.deep.equal([])
    })

    it('stop when the run is interrupted', async () => {
      server.always = 'silence'
      const reason = new Error('Ctrl-C')
      const waiting = failureOf(connections().to('worker-1', HOST))
      abort.abort(reason)
      expect(await waiting).to.equal(reason)
    })

    it('stop when they are closed', async () => {
      server.always = 'silence'
      const opened = connections()
      const waiting = failureOf(opened.to('worker-1', HOST))
      await opened.close()
      expect(String(await waiting)).to.include('closed')
    })
  })

  describe('are one a node', () => {
    it('for all who want it at once, and again after it broke', async () => {
      const opened = connections({pauses: []})
      const remotes = await Promise.all([1, 2, 3].map(() => opened.to('worker-1', HOST)))
      expect(server.connections).to.equal(1)
      await server.stop()
      await server.listen()
      expect(await codeOfFailure(remotes[0]?.exec('true') ?? Promise.resolve())).to.equal('SSH_FAILED')
      // All of them find it broken in the same moment.
      await Promise.all(remotes.map(remote => remote.exec('true')))
      expect(server.connections).to.equal(2)
    })

    it('that fails for all who wait for it, and may be tried again', async () => {
      const opened = connections()
      server.always = 'close'
      const codes = await Promise.all([1, 2, 3].map(() => codeOfFailure(opened.to('worker-1', HOST))))
      expect(codes).to.deep.equal(['SSH_FAILED', 'SSH_FAILED', 'SSH_FAILED'])
      expect(server.connections).to.equal(5)
      server.always = undefined
      await opened.to('worker-1', HOST)
      expect(server.connections).to.equal(6)
    })
  })

  describe('when the line breaks under a command', () => {
    const answers = (...all: readonly Answer[]): void => {
      const left = [...all]
      server.answer = async ({stdin}) => {
        await stdin()
        return left.shift() ?? {stdout: ['done'], end: {code: 0}}
      }
    }
    const endings = [
      'close',
      'reset',
      'black-hole',
      'close-after-status',
      'no-status',
    ] as const satisfies readonly Ending[]
    const patient = {open: {keepaliveInterval: 50}}

    for (const end of endings) {
      it(`run it again over a new connection, with all of its input: ${end}`, async () => {
        const inputs: string[] = []
        server.answer = async ({stdin}) => {
          inputs.push((await stdin()).toString())
          return inputs.length < 3 ? {stdout: ['par'], end} : {stdout: ['done'], end: {code: 0}}
        }
        const told: string[] = []
        // A connection that answers must not be given up for being slow: only one that is to die is asked that often.
        const opened = connections(end === 'black-hole' ? patient : {})
        const remote = await opened.to('worker-1', HOST, text => told.push(text))
        expect(await remote.exec('apply', {input: 'a tar'})).to.equal('done')
        expect(inputs).to.deep.equal(['a tar', 'a tar', 'a tar'])
        expect(server.connections).to.equal(3)
        expect(told).to.deep.equal([1, 2].map(n => `the connection broke: trying again, ${n} of 3`))
      })
    }

    it('give up after three repetitions, each later than the one before', async () => {
      server.answer = () => ({end: 'close'})
      const clock = new QuickClock()
      const remote = await connections({clock}).to('worker-1', HOST)
      expect(await codeOfFailure(remote.exec('work'))).to.equal('SSH_FAILED')
      expect(server.commands).to.have.length(4)
      expect(clock.slept).to.deep.equal([500, 1_000, 2_000])
    })

    for (const [what, end] of [
      ['failed', {code: 1}],
      ['was killed', {signal: 'KILL'}],
    ] as const) {
      it(`never run one again that ${what}`, async () => {
        answers({end}, {end})
        const remote = await connections().to('worker-1', HOST)
        expect(await codeOfFailure(remote.exec('work'))).to.equal('REMOTE_COMMAND_FAILED')
        expect(server.commands).to.have.length(1)
      })
    }

    it('never run one again that took too long', async () => {
      server.answer = () => new Promise(() => undefined)
      const remote = await connections().to('worker-1', HOST)
      expect(await codeOfFailure(remote.exec('work', {timeout: 50}))).to.equal('TIMEOUT')
      expect(server.commands).to.have.length(1)
    })

    it('never send it to a machine that shows another host key', async () => {
      answers({end: 'reset'})
      const remote = await connections().to('worker-1', HOST)
      const attempts = server.attempts.length
      server.hostKey = generateSshKey('somebody else')
      expect(await codeOfFailure(remote.exec('work'))).to.equal('SSH_HOST_KEY')
      expect(server.commands).to.have.length(1)
      expect(server.connections).to.equal(2)
      expect(server.attempts).to.have.length(attempts)
    })

    it('wait for a machine that is away for a while', async () => {
      server.answer = async () => {
        await server.stop()
        return {end: 'close'}
      }
      const clock = new QuickClock(async count => {
        if (count !== 4) return
        answers()
        await server.listen()
      })
      const remote = await connections({clock}).to('worker-1', HOST)
      expect(await remote.exec('work')).to.equal('done')
    })

    it('give up on a machine that does not come back', async () => {
      server.answer = async () => {
        await server.stop()
        return {end: 'close'}
      }
      const remote = await connections({bootBudget: Infinity, reconnectBudget: 1_000}).to('worker-1', HOST)
      const error = (await failureOf(remote.exec('work'))) as KhwError
      expect(error.code).to.equal('SSH_FAILED')
      expect(error.message).to.include('did not let khw in over SSH within 1 s')
    })

    it('stop when the run is interrupted', async () => {
      server.answer = () => ({end: 'close'})
      const reason = new Error('Ctrl-C')
      const clock = new QuickClock(() => {
        abort.abort(reason)
      })
      const remote = await connections({clock}).to('worker-1', HOST)
      expect(await failureOf(remote.exec('work'))).to.equal(reason)
      expect(server.commands).to.have.length(1)
    })
  })
})
