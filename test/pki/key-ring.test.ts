import {expect} from 'chai'
import {KhwError} from '../../src/errors.js'
import {ENCRYPTION_KEYS, ensureEncryptionKeys} from '../../src/pki/encryption.js'
import {advanceRing, ensureRing, keyInUse, leavingKey, readRing, stageOf, type KeyKind} from '../../src/pki/key-ring.js'
import {keyIdOf, publicKeyOf} from '../../src/pki/keys.js'
import {SERVICE_ACCOUNT_KEYS} from '../../src/pki/pki.js'
import {keyNames} from '../../src/pki/rotated-keys.js'
import {MemorySecretStore} from './fixtures.js'

describe('a ring of keys', () => {
  const kinds: readonly KeyKind[] = [ENCRYPTION_KEYS, SERVICE_ACCOUNT_KEYS]

  for (const kind of kinds) {
    it(`is the key alone, as ever, in ${kind.file} of a cluster that has seen no rotation`, async () => {
      const secrets = new MemorySecretStore()
      const [key] = await ensureRing(secrets, kind)
      expect(secrets.files.get(kind.file)).to.equal(`${key.text.trim()}\n`)
      expect(await readRing(secrets, kind)).to.deep.equal([{name: 'key-1', text: secrets.files.get(kind.file)}])
      expect(await keyNames(secrets)).to.deep.equal({})
    })

    it(`has one in use once ${kind.file} was drawn, and says what to do where that is missing`, async () => {
      const secrets = new MemorySecretStore()
      const error = await keyInUse(secrets, kind).catch((reason: unknown) => reason)
      expect(error).to.be.instanceOf(KhwError).and.include({code: 'JOURNAL_UNREADABLE'})
      expect((error as KhwError).suggestions[0]).to.equal(`Put ${kind.file} back into the cluster's directory`)
      const [first] = await ensureRing(secrets, kind)
      expect((await keyInUse(secrets, kind)).name).to.equal(first.name)
    })

    it(`goes from one key to the next in ${kind.file}, each stage in one write, and draws once`, async () => {
      const secrets = new MemorySecretStore()
      await ensureRing(secrets, kind)
      const seen: string[][] = []
      for (const expected of ['draw', 'known', 'in-use', 'dropped'] as const) {
        const ring = await readRing(secrets, kind)
        expect(stageOf(ring, 'key-1')).to.equal(expected)
        expect(leavingKey(ring)).to.equal(ring.length === 2 ? 'key-1' : undefined)
        seen.push(ring.map(({name}) => name))
        const writes = secrets.written.length
        await advanceRing(secrets, kind, 'key-1')
        expect(secrets.written.length - writes).to.equal(expected === 'dropped' ? 0 : 1)
      }
      expect(seen).to.deep.equal([['key-1'], ['key-1', 'key-2'], ['key-2', 'key-1'], ['key-2']])
      await advanceRing(secrets, kind, 'key-2')
      expect((await readRing(secrets, kind)).map(({name}) => name)).to.deep.equal(['key-2', 'key-3'])
    })
  }

  it('is never replaced where nothing else can read what it has encrypted', async () => {
    for (const text of ['a2V5\n', `# key-2\na2V5\n# key-1\n${Buffer.alloc(32).toString('base64')}\n`]) {
      const secrets = new MemorySecretStore([['encryption.key', text]])
      const error: unknown = await ensureEncryptionKeys(secrets).catch((e: unknown) => e)
      expect(error).to.be.instanceOf(KhwError).with.property('message').that.includes('encryption.key is damaged')
      expect(secrets.written).to.deep.equal([])
    }
    const tokens = new MemorySecretStore([['pki/service-account.key', 'no key\n']])
    expect(SERVICE_ACCOUNT_KEYS.fits((await ensureRing(tokens, SERVICE_ACCOUNT_KEYS))[0].text)).to.equal(true)
  })

  it('counts on from key-9', async () => {
    const secrets = new MemorySecretStore([['encryption.key', `# key-9\n${Buffer.alloc(32).toString('base64')}\n`]])
    await advanceRing(secrets, ENCRYPTION_KEYS, 'key-9')
    await advanceRing(secrets, ENCRYPTION_KEYS, 'key-9')
    const ring = await readRing(secrets, ENCRYPTION_KEYS)
    expect(ring.map(({name}) => name)).to.deep.equal(['key-10', 'key-9'])
    expect(leavingKey(ring)).to.equal('key-9')
  })

  it('keeps an encryption key whole that is on its way out, and of one that signs the public half', async () => {
    const secrets = new MemorySecretStore()
    for (const kind of kinds) await ensureRing(secrets, kind)
    const [encryption] = await readRing(secrets, ENCRYPTION_KEYS)
    const [signing] = await readRing(secrets, SERVICE_ACCOUNT_KEYS)
    for (const kind of kinds) for (let i = 0; i < 2; i++) await advanceRing(secrets, kind, 'key-1')
    expect((await ensureEncryptionKeys(secrets))[1]?.text.trim()).to.equal(encryption?.text.trim())
    const [, retired] = await readRing(secrets, SERVICE_ACCOUNT_KEYS)
    expect(retired?.text).to.equal(publicKeyOf(signing?.text ?? ''))
    expect(keyIdOf(retired?.text ?? '')).to.equal(keyIdOf(signing?.text ?? ''))
    expect(secrets.files.get('pki/service-account.key')?.match(/PRIVATE KEY/g)).to.have.length(2)
    expect(await keyNames(secrets)).to.deep.equal({
      encryption: ['key-2', 'key-1'],
      'service-account': ['key-2', 'key-1'],
    })
  })
})
