import {existsSync, writeFileSync} from 'node:fs'
import {hostname} from 'node:os'
import {join} from 'node:path'
import {spawnSync} from 'node:child_process'
import {expect} from 'chai'
import {withLock} from '../../../src/artifacts/files/lock.js'
import type {LockOwner} from '../../../src/lock-owner.js'
import {scratch} from '../support.js'

describe('lock', () => {
  const directory = scratch()
  const path = () => join(directory(), 'x.lock')
  const {signal} = new AbortController()
  const held = (owner: Partial<LockOwner>): LockOwner => ({
    pid: 1,
    host: hostname(),
    command: 'khw',
    since: 'then',
    nonce: 'n',
    ...owner,
  })

  it('lets one in at a time and is gone afterwards', async () => {
    let inside = 0
    let most = 0
    const work = async () => {
      most = Math.max(most, ++inside)
      await new Promise(resolve => setImmediate(resolve))
      inside--
    }
    await Promise.all([1, 2, 3].map(() => withLock(path(), {signal}, work)))
    expect(most).to.equal(1)
    expect(existsSync(path())).to.be.false
  })

  it('is given back when the work fails', async () => {
    const failing = withLock(path(), {signal}, () => Promise.reject(new Error('no')))
    await failing.catch(() => undefined)
    expect(existsSync(path())).to.be.false
  })

  it('is taken over from a dead process', async () => {
    const {pid} = spawnSync('true')
    writeFileSync(path(), JSON.stringify(held({pid})))
    expect(await withLock(path(), {signal}, async () => 'in')).to.equal('in')
  })

  it('is taken over when the process id is used by another process', async () => {
    writeFileSync(path(), JSON.stringify(held({pid: process.pid, startTime: '1'})))
    expect(await withLock(path(), {signal}, async () => 'in')).to.equal('in')
  })

  it('is taken over where nobody can be asked: from another host, and from a file that says nothing', async () => {
    for (const text of [JSON.stringify(held({host: 'elsewhere'})), '']) {
      writeFileSync(path(), text)
      expect(await withLock(path(), {signal}, async () => 'in')).to.equal('in')
    }
  })

  it('tells who is waited for, and stops waiting when cancelled', async () => {
    const controller = new AbortController()
    const waitedFor = await withLock(path(), {signal}, async () => {
      let told: number | undefined
      const onWait = (pid: number) => {
        told = pid
        controller.abort()
      }
      await withLock(path(), {signal: controller.signal, onWait}, async () => 'never').catch(() => undefined)
      return told
    })
    expect(waitedFor).to.equal(process.pid)
  })
})
