import {expect} from 'chai'
import type {KhwError} from '../../src/errors.js'
import {SshConnection, type OpenOptions, type SshTarget} from '../../src/ssh/connection.js'
import {generateSshKey, keyBlob} from '../../src/ssh/keys.js'
import {ConnectionBroken, isRefusal, mayPass} from '../../src/ssh/ssh-errors.js'
import {codeOfFailure, failureOf} from './failure-of.js'
import {FaultyServer, type Ending} from './faulty-server.js'

const operator = generateSshKey('operator')

describe('an SSH connection', () => {
  let server: FaultyServer
  let opened: SshConnection[]

  beforeEach(async () => {
    server = await FaultyServer.start(operator)
    opened = []
  })
  afterEach(async () => {
    for (const connection of opened) connection.close()
    await server.stop()
  })

  const target = (change: Partial<SshTarget> = {}): SshTarget => ({
    name: 'worker-1',
    host: '127.0.0.1',
    port: server.port,
    username: 'admin',
    privateKey: operator.privateKey,
    hostKeys: [keyBlob(server.hostKey.publicKey)],
    ...change,
  })

  async function open(options: OpenOptions = {}): Promise<SshConnection> {
    const connection = await SshConnection.open(target(), options)
    opened.push(connection)
    return connection
  }

  describe('is opened', () => {
    it('with the key of the operator only, under modern algorithms', async () => {
      await open()
      expect(server.attempts.every(method => method === 'publickey')).to.equal(true)
      expect(server.negotiated?.kex).to.match(/^curve25519-sha256/)
      expect(server.negotiated?.hostKey).to.equal('ssh-ed25519')
      expect(server.negotiated?.cipher).to.equal('aes256-gcm@openssh.com')
    })

    for (const [what, algorithms] of Object.entries({
      'key exchange': {kex: ['ecdh-sha2-nistp256', 'diffie-hellman-group14-sha256']},
      cipher: {cipher: ['aes256-ctr', 'aes128-ctr']},
    } as const)) {
      it(`never with an older ${what}`, async () => {
        server.algorithms = algorithms as unknown as FaultyServer['algorithms']
        const error = await failureOf(open())
        expect(String(error)).to.include('no matching')
        expect(mayPass(error)).to.equal(false)
        expect(server.attempts).to.deep.equal([])
      })
    }

    it('never with another host key, and nothing is sent then', async () => {
      const pinned = target()
      server.hostKey = generateSshKey('somebody else')
      expect(await codeOfFailure(SshConnection.open(pinned))).to.equal('SSH_HOST_KEY')
      expect(server.connections).to.equal(1)
      expect(server.attempts).to.deep.equal([])
    })

    it('with any of the pinned host keys', async () => {
      const keys = [generateSshKey('old'), server.hostKey]
      const connection = await SshConnection.open(target({hostKeys: keys.map(key => keyBlob(key.publicKey))}))
      opened.push(connection)
      expect(connection.alive).to.equal(true)
    })

    it('never without a pinned host key', async () => {
      expect(await codeOfFailure(SshConnection.open(target({hostKeys: []})))).to.equal('SSH_HOST_KEY')
      expect(server.attempts).to.deep.equal([])
    })

    for (const fault of ['close', 'reset', 'nonsense', 'silence', 'stall'] as const) {
      it(`or fails in a way that may pass: ${fault}`, async () => {
        server.always = fault
        const error = await failureOf(open({readyTimeout: 200}))
        expect(mayPass(error), String(error)).to.equal(true)
        expect(isRefusal(error)).to.equal(false)
      })
    }

    it('or fails in a way that may pass: refused', async () => {
      await server.stop()
      expect(mayPass(await failureOf(open()))).to.equal(true)
    })

    it('or refused for its key', async () => {
      server.refusals = 1
      const error = await failureOf(open())
      expect(isRefusal(error)).to.equal(true)
      expect(mayPass(error)).to.equal(false)
    })

    it('never with a private key that is none', async () => {
      const error = await failureOf(SshConnection.open(target({privateKey: 'none'})))
      expect(mayPass(error)).to.equal(false)
      expect(isRefusal(error)).to.equal(false)
    })

    it('until it is aborted', async () => {
      server.always = 'silence'
      const abort = new AbortController()
      const opening = failureOf(open({signal: abort.signal}))
      const reason = new Error('Ctrl-C')
      abort.abort(reason)
      expect(await opening).to.equal(reason)
    })
  })

  describe('runs a command', () => {
    it('and has all of its output, however slowly it comes', async () => {
      const text = 'first line\nsecond, in Köln\nthird\n'
      server.answer = () => ({stdout: [...Buffer.from(text)].map(byte => Buffer.from([byte])), end: {code: 0}})
      const lines: string[] = []
      const stdout = await (await open()).exec('drip', {onLine: line => lines.push(line)})
      expect(stdout).to.equal(text)
      expect(lines).to.deep.equal(['first line', 'second, in Köln', 'third'])
    })

    it('with all of its input', async () => {
      const input = Buffer.alloc(5_000_000, 'khw')
      let received: Buffer | undefined
      server.answer = async ({stdin}) => {
        received = await stdin()
        return {end: {code: 0}}
      }
      await (await open()).exec('read', {input})
      expect(received?.equals(input)).to.equal(true)
    })

    it('and tells its exit code and the end of what it said', async () => {
      server.answer = () => ({stdout: ['out'], stderr: 'no such thing\n', end: {code: 3}})
      const error = (await failureOf((await open()).exec('fail'))) as KhwError
      expect(error.code).to.equal('REMOTE_COMMAND_FAILED')
      expect(error.message).to.equal('On worker-1, "fail" exited with 3:\nno such thing')
    })

    it('and tells the signal that killed it', async () => {
      server.answer = () => ({stdout: ['out'], end: {signal: 'KILL'}})
      const error = (await failureOf((await open()).exec('sleep'))) as KhwError
      expect(error.code).to.equal('REMOTE_COMMAND_FAILED')
      expect(error.message).to.match(/was killed by (SIG)?KILL:\nout$/)
    })

    it('which may end before it has read its input', async () => {
      server.answer = () => ({end: {code: 4}})
      const failing = (await open()).exec('exit 4', {input: Buffer.alloc(5_000_000)})
      expect(await codeOfFailure(failing)).to.equal('REMOTE_COMMAND_FAILED')
    })

    for (const input of [undefined, Buffer.alloc(5_000_000)]) {
      const when = input ? 'while it still reads' : 'in the middle'
      const endings = [
        'close',
        'reset',
        'black-hole',
        'close-after-status',
        'no-status',
      ] as const satisfies readonly Ending[]
      for (const ending of endings) {
        it(`whose outcome is unknown: ${ending} ${when}`, async () => {
          server.answer = () => ({stdout: ['partial'], end: ending})
          const connection = await open({keepaliveInterval: 50})
          const error = await failureOf(connection.exec('work', input ? {input} : {}))
          expect(error).to.be.instanceOf(ConnectionBroken)
          expect((error as KhwError).code).to.equal('SSH_FAILED')
          if (ending !== 'no-status') expect(connection.alive).to.equal(false)
        })
      }
    }

    it('not over a connection that is gone', async () => {
      const connection = await open()
      connection.close()
      expect(await failureOf(connection.exec('late'))).to.be.instanceOf(ConnectionBroken)
      expect(server.commands).to.deep.equal([])
    })

    it('for so long at most', async () => {
      server.answer = () => new Promise(() => undefined)
      const connection = await open()
      const error = await failureOf(connection.exec('for ever', {timeout: 50}))
      expect((error as KhwError).code).to.equal('TIMEOUT')
      expect(connection.alive).to.equal(false)
    })

    it('until it is aborted', async () => {
      const abort = new AbortController()
      const reason = new Error('Ctrl-C')
      server.answer = () => {
        abort.abort(reason)
        return new Promise(() => undefined)
      }
      expect(await failureOf((await open()).exec('for ever', {signal: abort.signal}))).to.equal(reason)
    })
  })
})
