import {spawn, spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {hostname, tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {KhwError} from '../../../src/errors.js'
import type {LockOwner} from '../../../src/lock-owner.js'
import {bootId, pidNamespace} from '../../../src/process-identity.js'
import {acquireLock, refuseIfAtWork} from '../../../src/steps/engine/lock.js'

describe('lock', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'khw-lock-'))
  })
  afterEach(() => {
    rmSync(directory, {recursive: true})
  })

  const ownedBy = (owner: Partial<LockOwner>): void => {
    const whole = {pid: 1, host: hostname(), command: 'khw create', since: 'then', nonce: 'n', ...owner}
    writeFileSync(join(directory, 'lock'), JSON.stringify(whole))
  }

  it('is free after its release and leaves no file', () => {
    acquireLock(directory, 'khw create').release()
    expect(readdirSync(directory)).to.deep.equal([])
    acquireLock(directory, 'khw create').release()
  })

  it('refuses while the owner lives, naming it', () => {
    const lock = acquireLock(directory, 'khw create --name demo')
    expect(() => acquireLock(directory, 'khw destroy')).to.throw(KhwError, /khw create --name demo.*process \d+/)
    expect(JSON.parse(readFileSync(join(directory, 'lock'), 'utf8'))).to.include({pid: process.pid})
    lock.release()
  })

  it('takes over from a process that was killed', async () => {
    const child = spawn('sleep', ['60'])
    await once(child, 'spawn')
    ownedBy({pid: child.pid ?? 0})
    expect(() => acquireLock(directory, 'khw destroy')).to.throw(KhwError)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const lock = acquireLock(directory, 'khw destroy')
    expect(JSON.parse(readFileSync(join(directory, 'lock'), 'utf8'))).to.include({pid: process.pid})
    lock.release()
    expect(readdirSync(directory)).to.deep.equal([])
  })

  it('does not take a recycled pid for the owner', () => {
    ownedBy({pid: process.pid, startTime: '1'})
    acquireLock(directory, 'khw destroy').release()
  })

  it('does not take a process of before the reboot for one of now', () => {
    ownedBy({pid: process.pid, bootId: 'another'})
    acquireLock(directory, 'khw destroy').release()
  })

  it('knows this host by more than its name', () => {
    const boot = bootId()
    if (boot === undefined) return
    ownedBy({pid: spawnSync('true').pid, bootId: boot, host: 'renamed'})
    acquireLock(directory, 'khw destroy').release()
  })

  const refusal = (forceUnlock?: string): KhwError => {
    try {
      acquireLock(directory, 'khw destroy demo', forceUnlock === undefined ? {} : {forceUnlock}).release()
    } catch (error) {
      if (error instanceof KhwError) return error
      throw error
    }
    throw new Error('the lock was taken')
  }

  it('takes over from another host only by the nonce that it shows', () => {
    ownedBy({pid: spawnSync('true').pid, host: 'elsewhere', nonce: '0123abcd-0000'})
    const error = refusal()
    expect(error.code).to.equal('LOCKED')
    expect(error.message).to.contain('on elsewhere')
    expect(error.suggestions[1]).to.equal('khw destroy demo --force-unlock 0123abcd')
    expect(refusal('0123abce').message).to.contain('not that of "0123abce"')
    expect(refusal('').message).to.contain('elsewhere')
    acquireLock(directory, 'khw destroy demo', {forceUnlock: '0123abcd'}).release()
    ownedBy({host: 'elsewhere', nonce: '0123abcd-0000'})
    acquireLock(directory, 'khw destroy demo', {forceUnlock: '0123abcd-0000'}).release()
    expect(readdirSync(directory)).to.deep.equal([])
  })

  it('cannot tell who lives in another container', () => {
    const boot = bootId()
    if (boot === undefined) return
    ownedBy({pid: process.pid, startTime: '1', bootId: boot, pidNamespace: 'pid:[1]'})
    expect(refusal().message).to.contain('in another container')
    expect(pidNamespace()).to.match(/^pid:/)
  })

  it('is not forced from an owner that lives', () => {
    const lock = acquireLock(directory, 'khw create')
    const {nonce} = JSON.parse(readFileSync(join(directory, 'lock'), 'utf8')) as LockOwner
    expect(refusal(nonce).message).to.contain('It is alive')
    lock.release()
  })

  for (const garbage of ['', '{', '[]', '"x"', 'null', '{"pid":0}', '\0\0\0']) {
    it(`says what a lock of ${JSON.stringify(garbage)} is, and how to go on`, () => {
      writeFileSync(join(directory, 'lock'), garbage)
      const error = refusal()
      expect(error.message).to.contain(join(directory, 'lock'))
      expect(error.suggestions[1]).to.equal('khw destroy demo --force-unlock unreadable')
      refusal('0123abcd')
      expect(readFileSync(join(directory, 'lock'), 'utf8')).to.equal(garbage)
      acquireLock(directory, 'khw destroy demo', {forceUnlock: 'unreadable'}).release()
      expect(readdirSync(directory)).to.deep.equal([])
    })
  }

  it('is named to who would take away what the cluster stands on, while its owner lives', () => {
    refuseIfAtWork(directory)
    const lock = acquireLock(directory, 'khw create --name demo')
    expect(() => {
      refuseIfAtWork(directory)
    }).to.throw(KhwError, /khw create --name demo.*process \d+/)
    lock.release()
    ownedBy({pid: spawnSync('true').pid, nonce: 'dead'})
    refuseIfAtWork(directory)
  })

  it('tidies up after processes that were killed while they took it', () => {
    ownedBy({pid: spawnSync('true').pid, nonce: 'dead'})
    const owner = readFileSync(join(directory, 'lock'))
    for (const left of ['lock.some-nonce', 'lock.after-dead', 'lock.after-dead.after-dead']) {
      writeFileSync(join(directory, left), owner)
    }
    acquireLock(directory, 'khw destroy').release()
    expect(readdirSync(directory)).to.deep.equal([])
  })

  it('says so where no file can be written', () => {
    writeFileSync(join(directory, 'file'), '')
    for (const name of ['missing', 'file']) {
      expect(() => acquireLock(join(directory, name), 'khw destroy'))
        .to.throw(KhwError)
        .with.property('code', 'HOME_NOT_WRITABLE')
    }
  })
})
