import {expect} from 'chai'
import ssh2 from 'ssh2'
import {codeOf, present, testRegion, type TestRegion} from '../test-region.js'

/** Made with `ssh-keygen -t ed25519`; its fingerprint by `ssh-keygen -l`, to which EC2 adds base64's padding. */
const ED25519 = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJaE5IfK64J1AgWahehnizYAhG/NaBQ+XuwYHbpcJnvi me@host'
const ED25519_FINGERPRINT = '6rLI9Y63hS7KWi4IEpcst+nTq95oEMYkz2zl9yT+nrk='

/**
 * Made with `ssh-keygen -t rsa`; its fingerprint by
 * `ssh-keygen -ef key.pub -m PEM | openssl rsa -RSAPublicKey_in -outform DER | openssl md5 -c`, as EC2's guide says.
 */
const RSA =
  'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDDa8cZUcLhs5UIMnRvL9qbPwOUnUR5+ScNvXFPMQm4iWahVO9G4G/nli0y7Q40LscyR41+7rrX5HQl4JL319PRse8t2IwCUvG9fTCiP9Wq//0f4YSiQNDS5M+/9cj1s3KWqustfSYBsGOKcWdBrOUkxuCB/ou0wDv6z5mKTT1AQXvKidlB5DFGUn/w4lvkkCgfUt/bUEyIxBg21XHZSlxOZ+XobjnS45LJC9S7RctGJj6iYjb5ryzUEZb1ZZMe7Pfa7g3RZmfVTemTU8qjm5IwBUWUOVUOltWkMl53X7LO9Xch9W5394ylC7CWv73djebTITtb7h55KOKwvv0KfOWr'
const RSA_FINGERPRINT = '81:f4:ae:24:d9:9f:46:db:bc:80:4a:c3:b5:2e:72:4e'

describe('key pairs', () => {
  let region: TestRegion

  beforeEach(async () => {
    region = await testRegion()
  })

  afterEach(async () => {
    await region.close()
  })

  const importKey = (KeyName: string, text: string) =>
    region.ec2.importKeyPair({KeyName, PublicKeyMaterial: Buffer.from(text)})

  it('are imported under a name that is free', async () => {
    const {KeyPairId, KeyFingerprint} = await importKey('mine', `${ED25519}\n`)
    expect(KeyPairId).to.match(/^key-[0-9a-f]{17}$/)
    expect(KeyFingerprint).to.equal(ED25519_FINGERPRINT)
    expect(await codeOf(importKey('mine', ED25519))).to.equal('InvalidKeyPair.Duplicate')
    const {KeyPairs = []} = await region.ec2.describeKeyPairs({KeyNames: ['mine'], IncludePublicKey: true})
    expect(KeyPairs[0]).to.include({KeyPairId, KeyName: 'mine', KeyType: 'ed25519', PublicKey: ED25519})
    expect(KeyPairs[0]?.CreateTime).to.be.instanceOf(Date)
    const without = await region.ec2.describeKeyPairs({})
    expect(without.KeyPairs?.[0]?.PublicKey).to.equal(undefined)
  })

  it('may be RSA keys, whose fingerprint is that of their DER', async () => {
    const {KeyFingerprint} = await importKey('rsa', RSA)
    expect(KeyFingerprint).to.equal(RSA_FINGERPRINT)
    const {KeyPairs = []} = await region.ec2.describeKeyPairs({})
    expect(KeyPairs[0]?.KeyType).to.equal('rsa')
  })

  for (const type of ['rsa', 'ed25519'] as const)
    it(`are made, of type ${type}, as SSH reads them`, async () => {
      const {KeyMaterial, KeyFingerprint, KeyPairId} = await region.ec2.createKeyPair({KeyName: type, KeyType: type})
      expect(KeyMaterial).to.match(type === 'rsa' ? /^-----BEGIN RSA PRIVATE KEY-----\n/ : /^-----BEGIN OPENSSH /)
      const {KeyPairs = []} = await region.ec2.describeKeyPairs({KeyNames: [type], IncludePublicKey: true})
      expect(KeyPairs[0]).to.include({KeyPairId, KeyFingerprint, KeyType: type})
      expect(KeyFingerprint).to.match(type === 'rsa' ? /^([0-9a-f]{2}:){19}[0-9a-f]{2}$/ : /^[A-Za-z0-9+/]{43}=$/)
      const parsed = ssh2.utils.parseKey(present(KeyMaterial))
      if (parsed instanceof Error) throw parsed
      const [, blob] = present(KeyPairs[0]?.PublicKey).split(' ')
      expect(parsed.getPublicSSH().toString('base64')).to.equal(blob)
      expect(await codeOf(region.ec2.createKeyPair({KeyName: type}))).to.equal('InvalidKeyPair.Duplicate')
    })

  it('are made as PEM only', async () => {
    expect(await codeOf(region.ec2.createKeyPair({KeyName: 'a', KeyFormat: 'ppk'}))).to.equal('UnsupportedOperation')
  })

  for (const [what, text] of [
    ['nonsense', 'not a key'],
    ['a truncated key', ED25519.slice(0, 60)],
    ['a key under another name', ED25519.replace('ssh-ed25519', 'ssh-rsa')],
    ['a private key', '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n'],
  ] as const) {
    it(`are not made of ${what}`, async () => {
      expect(await codeOf(importKey('bad', text))).to.equal('InvalidKey.Format')
    })
  }

  it('are deleted by name or id; a name that is not there is no error', async () => {
    const {ec2} = region
    const {KeyPairId} = await importKey('a', ED25519)
    await importKey('b', ED25519)
    await ec2.deleteKeyPair({KeyPairId})
    await ec2.deleteKeyPair({KeyName: 'b'})
    await ec2.deleteKeyPair({KeyName: 'b'})
    expect(await codeOf(ec2.deleteKeyPair({KeyPairId}))).to.equal('InvalidKeyPair.NotFound')
    expect((await ec2.describeKeyPairs({})).KeyPairs).to.deep.equal([])
    expect(await codeOf(ec2.describeKeyPairs({KeyNames: ['b']}))).to.equal('InvalidKeyPair.NotFound')
  })
})
