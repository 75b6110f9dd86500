import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {KernelSettings} from '../../../src/local/host/kernel-settings.js'

describe("the kernel's settings that machines share with their host", () => {
  let root = ''
  let alive: Set<string>
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'khw-settings-'))
    alive = new Set(['khwaaaaa', 'khwbbbbb'])
    for (const directory of ['vm', 'kernel']) mkdirSync(join(root, 'sys', directory), {recursive: true})
    set('vm/overcommit_memory', 0)
    set('kernel/panic', 0)
    set('kernel/panic_on_oops', 0)
  })
  afterEach(() => {
    rmSync(root, {recursive: true})
  })

  const set = (name: string, value: number): void => {
    writeFileSync(join(root, 'sys', name), `${value}\n`)
  }
  const get = (name: string): string => readFileSync(join(root, 'sys', name), 'utf8').trim()
  const of = (prefix: string): KernelSettings =>
    new KernelSettings({
      prefix,
      isAlive: other => alive.has(other),
      directory: join(root, 'run'),
      proc: join(root, 'sys'),
    })
  const boot = (): void => {
    set('vm/overcommit_memory', 1)
    set('kernel/panic', 10)
  }

  it('are put back once the last machine is gone, and nothing is left', async () => {
    const settings = of('khwaaaaa')
    await settings.hold()
    boot()
    await settings.note()
    // A second machine, and a daemon that was started anew.
    await of('khwaaaaa').hold()
    expect(await of('khwaaaaa').release()).to.deep.equal(['vm.overcommit_memory=0', 'kernel.panic=0'])
    expect([get('vm/overcommit_memory'), get('kernel/panic'), get('kernel/panic_on_oops')]).to.deep.equal([
      '0',
      '0',
      '0',
    ])
    expect(existsSync(join(root, 'run'))).to.equal(false)
    expect(await settings.release()).to.deep.equal([])
  })

  it('stay as they are where somebody else has changed them since', async () => {
    const settings = of('khwaaaaa')
    await settings.hold()
    boot()
    await settings.note()
    set('kernel/panic', 30)
    await settings.note()
    expect(await settings.release()).to.deep.equal(['vm.overcommit_memory=0'])
    expect(get('kernel/panic')).to.equal('30')
  })

  it('are put back by the last of several regions only, as they were before the first', async () => {
    const [a, b] = [of('khwaaaaa'), of('khwbbbbb')]
    await a.hold()
    boot()
    await a.note()
    await b.hold()
    expect(await a.release()).to.deep.equal([])
    expect(get('vm/overcommit_memory')).to.equal('1')
    alive.delete('khwaaaaa')
    expect(await b.release()).to.deep.equal(['vm.overcommit_memory=0', 'kernel.panic=0'])
    expect(get('kernel/panic')).to.equal('0')
  })

  it('do not wait for a region that a crash has ended', async () => {
    const [a, b] = [of('khwaaaaa'), of('khwbbbbb')]
    await b.hold()
    await a.hold()
    boot()
    alive.delete('khwbbbbb')
    expect(await a.release()).to.have.length(2)
  })
})
