import {spawn, spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {hostname, tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {KhwError} from '../../../src/errors.js'
import {acquireLock, type LockOwner} from '../../../src/steps/engine/lock.js'

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

  it('never takes over from another host', () => {
    ownedBy({pid: spawnSync('true').pid, host: 'elsewhere'})
    expect(() => acquireLock(directory, 'khw destroy')).to.throw(KhwError, /elsewhere/)
  })
})
