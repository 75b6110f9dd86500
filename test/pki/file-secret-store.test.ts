import {chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import type {KhwError} from '../../src/errors.js'
import {FileSecretStore} from '../../src/pki/file-secret-store.js'

describe('FileSecretStore', () => {
  let parent: string
  let directory: string
  let store: FileSecretStore

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'khw-secrets-'))
    directory = join(parent, 'clusters', 'demo')
    store = new FileSecretStore(directory)
  })

  afterEach(async () => {
    await rm(parent, {recursive: true, force: true})
  })

  async function modeOf(path: string): Promise<string> {
    return ((await stat(path)).mode & 0o777).toString(8)
  }

  for (const umask of [0o000, 0o277]) {
    it(`makes files 0600 and directories 0700 under umask ${umask.toString(8).padStart(3, '0')}`, async () => {
      await mkdir(directory, {recursive: true})
      const before = process.umask(umask)
      try {
        await store.write('pki/etcd/ca.key', 'secret')
      } finally {
        process.umask(before)
      }
      expect(await modeOf(join(directory, 'pki/etcd/ca.key'))).to.equal('600')
      for (const path of ['', 'pki', 'pki/etcd']) expect(await modeOf(join(directory, path)), path).to.equal('700')
    })
  }

  it('tightens a directory and a file that were open', async () => {
    await mkdir(join(directory, 'pki'), {recursive: true})
    await chmod(directory, 0o755)
    await writeFile(join(directory, 'pki/ca.key'), 'old', {mode: 0o644})
    await store.write('pki/ca.key', 'new')
    expect(await modeOf(join(directory, 'pki/ca.key'))).to.equal('600')
    expect(await modeOf(directory)).to.equal('700')
  })

  it('reads what was written, and undefined where nothing was', async () => {
    expect(await store.read('pki/ca.key')).to.equal(undefined)
    await store.write('pki/ca.key', 'one')
    await store.write('pki/ca.key', 'two')
    expect(await store.read('pki/ca.key')).to.equal('two')
  })

  it('leaves one whole file behind when many write at once', async () => {
    const texts = Array.from({length: 20}, (_, i) => `${i}:`.repeat(5000))
    await Promise.all(texts.map(text => store.write('pki/ca.key', text)))
    expect(texts).to.include(await store.read('pki/ca.key'))
    expect(await readdir(join(directory, 'pki'))).to.deep.equal(['ca.key'])
  })

  it('keeps names inside its directory', async () => {
    for (const name of ['../ca.key', '/etc/passwd', 'pki/../../x', '', 'pki/', '.hidden']) {
      let error: unknown
      await store.write(name, 'x').catch((thrown: unknown) => (error = thrown))
      expect(error, name).to.be.instanceOf(RangeError)
    }
  })

  it('says what to do where it may not write', async () => {
    await mkdir(join(parent, 'clusters'))
    await writeFile(directory, 'a file where the directory should be')
    const error = (await store.write('pki/ca.key', 'x').catch((thrown: unknown) => thrown)) as KhwError
    expect(error.code).to.equal('HOME_NOT_WRITABLE')
    expect(error.suggestions[0]).to.contain('KHW_HOME')
  })
})
