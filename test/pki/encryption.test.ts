import {expect} from 'chai'
import {parse} from 'yaml'
import {encryptionConfiguration, ensureEncryptionKey, secretIsEncrypted} from '../../src/pki/encryption.js'
import {MemorySecretStore} from './fixtures.js'

describe('encryption at rest', () => {
  it('draws 32 bytes once', async () => {
    const secrets = new MemorySecretStore()
    const key = await ensureEncryptionKey(secrets)
    expect(Buffer.from(key, 'base64')).to.have.length(32)
    expect(await ensureEncryptionKey(secrets)).to.equal(key)
    expect(await ensureEncryptionKey(new MemorySecretStore())).to.not.equal(key)
  })

  for (const provider of ['secretbox', 'aescbc'] as const) {
    it(`encrypts secrets and configmaps by ${provider}, and never not at all`, () => {
      expect(parse(encryptionConfiguration(provider, 'a2V5'))).to.deep.equal({
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
