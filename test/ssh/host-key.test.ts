import {expect} from 'chai'
import type {SecretStore} from '../../src/pki/secret-store.js'
import {drawHostKey, pinnedHostKeys, rotateHostKey} from '../../src/ssh/host-key.js'
import {generateSshKey} from '../../src/ssh/keys.js'
import {NodeConnections, OPERATOR_KEY} from '../../src/ssh/node-connections.js'
import {MemorySecretStore} from '../pki/fixtures.js'
import {codeOfFailure, failureOf} from './failure-of.js'
import {QuickClock} from './quick-clock.js'
import {RotatingMachine} from './rotating-machine.js'

const operator = generateSshKey('operator')
const NODE = 'worker-1'

describe('the rotation of a host key', function () {
  this.timeout(60_000)
  let machine: RotatingMachine
  let secrets: MemorySecretStore
  let injected: string

  async function boot(): Promise<void> {
    machine = await RotatingMachine.boot(operator)
    injected = machine.server.hostKey.publicKey
    secrets = new MemorySecretStore([
      [OPERATOR_KEY, operator.privateKey],
      [`ssh/host-${NODE}.pub`, `${injected}\n`],
    ])
  }

  beforeEach(boot)
  afterEach(() => machine.shutDown())

  const pins = (): Promise<readonly string[]> => pinnedHostKeys(secrets, NODE)

  /** As one run of khw does it: connect, rotate, end. Without pauses a broken line is not mended. */
  async function run(store: SecretStore = secrets, pauses: readonly number[] = []): Promise<string> {
    const nodes = new NodeConnections(store, 'admin', new AbortController().signal, {
      clock: new QuickClock(),
      port: machine.server.port,
      bootBudget: 1_000,
      pauses,
    })
    try {
      return await rotateHostKey(store, await nodes.to(NODE, '127.0.0.1'))
    } finally {
      await nodes.close()
    }
  }

  /** The next run gets in, and then only the machine's own key is pinned, which is the one it shows. */
  async function expectGood(): Promise<void> {
    expect((await pins()).length).to.be.within(1, 2)
    const fresh = await run()
    expect(fresh).to.equal(machine.ownKey()).and.not.equal(injected)
    expect(await pins()).to.deep.equal([fresh])
    expect(machine.server.hostKey.publicKey).to.equal(fresh)
  }

  it('leaves one key, which only the machine knows, and may be done again', async () => {
    await expectGood()
    const own = machine.ownKey()
    await expectGood()
    expect(machine.ownKey()).to.equal(own)
  })

  for (const command of [0, 1]) {
    for (const when of ['before', 'after'] as const) {
      const fault = {when, end: 'reset'} as const
      const faults = [...Array.from({length: command}, () => undefined), fault]

      it(`survives a line that breaks ${when} command ${command + 1}`, async () => {
        machine.lineFaults = [...faults, fault]
        const fresh = await run(secrets, [1, 1, 1])
        expect(await pins()).to.deep.equal([fresh])
        expect(machine.server.commands).to.have.length(4)
        await expectGood()
      })

      it(`is made good by the next run where the line stays broken ${when} command ${command + 1}`, async () => {
        machine.lineFaults = [...faults]
        expect(await codeOfFailure(run())).to.equal('SSH_FAILED')
        await expectGood()
      })
    }
  }

  for (const nth of [1, 2]) {
    for (const when of ['before', 'after'] as const) {
      it(`is made good by the next run after a crash ${when} it wrote the pins (${nth})`, async () => {
        let writes = 0
        const crash = new Error('crash')
        const store: SecretStore = {
          read: name => secrets.read(name),
          write: async (name, content) => {
            writes++
            if (writes === nth && when === 'before') throw crash
            await secrets.write(name, content)
            if (writes === nth) throw crash
          },
        }
        expect(await failureOf(run(store))).to.equal(crash)
        await expectGood()
      })
    }
  }

  it('is made good by the next run wherever its scripts are killed', async () => {
    // Five programs in each of the two scripts, that is, ten points at which a kill leaves something else behind.
    for (let nth = 1; nth <= 10; nth++) {
      machine.killAt(nth)
      expect(await codeOfFailure(run()), `program ${nth}`).to.equal('REMOTE_COMMAND_FAILED')
      machine.killAt(0)
      await expectGood()
      await machine.shutDown()
      await boot()
    }
    machine.killAt(11)
    await run()
  })

  it('makes one key when a run of its script meets the one before', async () => {
    const scripts: string[] = []
    machine.server.answer = ({command}) => {
      scripts.push(command)
      return {end: {code: 1}}
    }
    await failureOf(run())
    const [script = ''] = scripts
    const answers = await Promise.all([1, 2, 3].map(() => machine.run(script)))
    expect(answers.map(answer => answer.end)).to.deep.equal([{code: 0}, {code: 0}, {code: 0}])
    expect(answers.map(answer => String(answer.stdout).trim())).to.deep.equal([1, 2, 3].map(() => machine.ownKey()))
  })

  it('pins nothing that is not a key', async () => {
    machine.server.answer = () => ({stdout: ['ssh-ed25519 AAAA\n'], end: {code: 0}})
    expect(await codeOfFailure(run())).to.equal('REMOTE_COMMAND_FAILED')
    expect(await pins()).to.deep.equal([injected])
  })

  it('leaves the key of a machine that was launched anew, and no other', async () => {
    await expectGood()
    const before = await pins()
    const drawn = await drawHostKey(secrets, NODE)
    expect(await pins()).to.deep.equal([...before, drawn.publicKey])
    // The launch failed and was repeated with other user data; then the old machine answers after all.
    await drawHostKey(secrets, NODE)
    expect(await run()).to.equal(before[0])
    expect(await pins()).to.deep.equal(before)
  })
})
