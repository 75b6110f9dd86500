import {expect} from 'chai'
import {parse} from 'yaml'
import {
  encryptedBy,
  encryptionConfiguration,
  ensureEncryptionKeys,
  secretIsEncrypted,
} from '../../src/pki/encryption.js'
import {MemorySecretStore} from './fixtures.js'

describe('encryption at rest', () => {
  it('draws 32 bytes once', async () => {
    const secrets = new MemorySecretStore()
    const [key, ...others] = await ensureEncryptionKeys(secrets)
    expect(others).to.deep.equal([])
    const text = key?.text.trim() ?? ''
    expect(Buffer.from(text, 'base64')).to.have.length(32)
    expect((await ensureEncryptionKeys(secrets)).map(each => each.text.trim())).to.deep.equal([text])
    expect((await ensureEncryptionKeys(new MemorySecretStore()))[0]?.text.trim()).to.not.equal(text)
  })

  for (const provider of ['secretbox', 'aescbc'] as const) {
    it(`encrypts secrets and configmaps by ${provider}, and never not at all`, () => {
      expect(parse(encryptionConfiguration(provider, [{name: 'key-1', text: 'a2V5\n'}]))).to.deep.equal({
        apiVersion: 'apiserver.config.k8s.io/v1',
        kind: 'EncryptionConfiguration',
        resources: [
          {
            resources: ['secrets', 'configmaps'],
            providers: [{[provider]: {keys: [{name: 'key-1', secret: 'a2V5'}]}}],
          },
        ],
      })
    })
  }

  it('encrypts with the first key, and decrypts with all', () => {
    const keys = [
      {name: 'key-2', text: 'bmV3\n'},
      {name: 'key-1', text: 'b2xk'},
    ]
    expect(encryptionConfiguration('secretbox', keys)).to.match(
      /key-2\n +secret: bmV3\n +- name: key-1\n +secret: b2xk\n/,
    )
    const value = Buffer.from(`${encryptedBy('secretbox', 'key-2')}\0\u0001`)
    expect(secretIsEncrypted(value)).to.equal(true)
  })

  it('tells an encrypted value from a readable one', () => {
    const ciphertext = Buffer.from([0x00, 0xff, 0x0a, 0x9c])
    expect(secretIsEncrypted(Buffer.concat([Buffer.from('k8s:enc:secretbox:v1:key-1:'), ciphertext]))).to.equal(true)
    expect(secretIsEncrypted(Buffer.concat([Buffer.from('k8s:enc:aescbc:v1:key-1:'), ciphertext]))).to.equal(true)
    expect(secretIsEncrypted(Buffer.from('k8s\0\n\f\n\x02v1\x12\x06Secret hunter2'))).to.equal(false)
    expect(secretIsEncrypted(Buffer.from('k8s:enc:identity:v1:x:hunter2'))).to.equal(false)
    expect(secretIsEncrypted(Buffer.from('x k8s:enc:secretbox:v1:key-1:'))).to.equal(false)
    expect(secretIsEncrypted(Buffer.alloc(0))).to.equal(false)
  })
})
