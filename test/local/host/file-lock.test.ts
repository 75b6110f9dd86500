import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {lockFile} from '../../../src/local/host/file-lock.js'

describe('a file lock', () => {
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'khw-lock-'))
  })
  afterEach(() => rm(directory, {recursive: true}))

  it('is held by one at a time and can be taken again', async () => {
    const path = join(directory, 'lock')
    const first = await lockFile(path, {wait: false})
    expect(first).not.to.equal(undefined)
    expect(await lockFile(path, {wait: false})).to.equal(undefined)
    await first?.release()
    const second = await lockFile(path, {wait: false})
    expect(second).not.to.equal(undefined)
    await second?.release()
  })

  it('is waited for, and says so', async () => {
    const path = join(directory, 'lock')
    const first = await lockFile(path, {wait: false})
    let release: Promise<void> | undefined
    const second = await lockFile(path, {
      wait: true,
      onWait: () => {
        release = first?.release()
      },
    })
    expect(release, 'the first was released only because the second waited').not.to.equal(undefined)
    await release
    await second?.release()
  })

  it('is no longer waited for when the caller gives up', async () => {
    const path = join(directory, 'lock')
    const first = await lockFile(path, {wait: false})
    const controller = new AbortController()
    const reason = new Error('given up')
    const waiting = lockFile(path, {
      wait: true,
      signal: controller.signal,
      onWait: () => {
        controller.abort(reason)
      },
    })
    const error: unknown = await waiting.then(
      () => undefined,
      (caught: unknown) => caught,
    )
    expect(error).to.equal(reason)
    await first?.release()
  })

  it('ends with its holder, however it dies', async () => {
    const path = join(directory, 'lock')
    const module = new URL('../../../src/local/host/file-lock.ts', import.meta.url).href
    const code = `const {lockFile} = await import(${JSON.stringify(module)})
      await lockFile(${JSON.stringify(path)}, {wait: false}); console.log('locked'); setInterval(() => {}, 1000)`
    const holder = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', code])
    await once(holder.stdout, 'data')
    expect(await lockFile(path, {wait: false})).to.equal(undefined)
    holder.kill('SIGKILL')
    const lock = await lockFile(path, {wait: true})
    expect(lock).not.to.equal(undefined)
    await lock?.release()
  })

  it('fails where no file can be made', async () => {
    const error: unknown = await lockFile(join(directory, 'missing', 'lock'), {wait: true}).catch((e: unknown) => e)
    expect(error).to.be.instanceOf(Error)
  })
})
