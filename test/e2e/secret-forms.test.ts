import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {newPrivateKey, publicKeyOf} from '../../src/pki/keys.js'
import {generateSshKey} from '../../src/ssh/keys.js'
import {secretsBelow, shownIn} from './secret-forms.js'

describe('the search for secrets', () => {
  const directory = mkdtempSync(join(tmpdir(), 'khw-secrets-'))
  const read = (name: string): string => readFileSync(join(directory, name), 'utf8')

  before(async () => {
    mkdirSync(join(directory, 'launch'))
    const host = generateSshKey('worker-1').privateKey
    const userData = `ssh_keys:\n  ed25519_private: |\n${host.replace(/^/gm, '    ')}`
    const input = {clientToken: 'token', input: {UserData: Buffer.from(userData).toString('base64')}}
    writeFileSync(join(directory, 'launch/worker-1'), JSON.stringify(input))
    writeFileSync(join(directory, 'host.pem'), host)
    writeFileSync(join(directory, 'ca.key'), await newPrivateKey())
    writeFileSync(join(directory, 'encryption.key'), `${Buffer.alloc(32, 'key ').toString('base64')}\n`)
    writeFileSync(join(directory, 'ca.crt'), '-----BEGIN CERTIFICATE-----\n')
  })
  after(() => {
    rmSync(directory, {recursive: true})
  })

  const found = (text: string): readonly string[] => [...shownIn(text, secretsBelow(directory))].sort()

  it('knows all files but certificates, and finds nothing where there is nothing', () => {
    expect(secretsBelow(directory).map(s => s.file)).to.have.members([
      'ca.key',
      'encryption.key',
      'host.pem',
      'launch/worker-1',
    ])
    expect(found(`${read('ca.crt')} ${'A'.repeat(500)} ${Buffer.alloc(500, 'khw').toString('base64')}`)).to.be.empty
  })

  it('finds a key as it is, in JSON, in hexadecimal, for URLs, and inside of base64 wherever it begins', () => {
    for (const name of ['ca.key', 'encryption.key']) {
      const text = read(name)
      const whole = [0, 1, 2].map(before => Buffer.from(' '.repeat(before) + text).toString('base64'))
      for (const form of [text, JSON.stringify({text}), encodeURIComponent(text), ...whole])
        expect(found(`before ${form} after`), form).to.deep.equal([name])
    }
    expect(found(Buffer.alloc(32, 'key ').toString('hex'))).to.deep.equal(['encryption.key'])
  })

  it('finds each key of those that are rotated, and takes no public half for one', async () => {
    const keys = [Buffer.alloc(32, 'new '), Buffer.alloc(32, 'old ')].map(key => key.toString('base64'))
    const [signing, retired] = [await newPrivateKey(), await newPrivateKey()]
    const own = mkdtempSync(join(tmpdir(), 'khw-rotated-'))
    writeFileSync(join(own, 'encryption.key'), `# key-2\n${keys[0] ?? ''}\n# key-1\n${keys[1] ?? ''}\n`)
    writeFileSync(join(own, 'service-account.key'), `# key-2\n${signing}# key-1\n${publicKeyOf(retired)}`)
    const secrets = secretsBelow(own)
    rmSync(own, {recursive: true})
    for (const key of keys) expect(shownIn(`x ${key} y`, secrets)).to.deep.equal(['encryption.key'])
    expect(shownIn(signing, secrets)).to.deep.equal(['service-account.key'])
    expect(shownIn(`${publicKeyOf(signing)}${publicKeyOf(retired)}`, secrets)).to.deep.equal([])
  })

  it('finds a host key alone and in the user data that it is launched with', () => {
    expect(found(read('host.pem'))).to.deep.equal(['host.pem', 'launch/worker-1'])
    expect(found(read('launch/worker-1'))).to.deep.equal(['host.pem', 'launch/worker-1'])
  })
})
