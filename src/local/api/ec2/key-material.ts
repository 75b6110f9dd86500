import {createHash, generateKeyPair, type KeyObject} from 'node:crypto'
import {promisify} from 'node:util'
import {generateSshKey} from '../../../ssh/keys.js'
import type {KeyPair} from '../../model.js'
import {hexOf, readPublicKey} from './public-key.js'

export interface NewKeyPair extends Pick<KeyPair, 'publicKey' | 'keyFingerprint' | 'keyType'> {
  /** PEM: PKCS #1 for RSA, OpenSSH's own format for Ed25519. The region does not keep it. */
  readonly keyMaterial: string
}

/**
 * A pair as CreateKeyPair makes it: RSA keys have 2048 bits, and their fingerprint, unlike that of imported ones, is the
 * SHA-1 of the private key's DER (EC2 User Guide, "Verify the fingerprint of your key pair").
 */
export async function newKeyPair(keyType: KeyPair['keyType'], keyName: string): Promise<NewKeyPair> {
  if (keyType === 'ed25519') {
    const {privateKey, publicKey} = generateSshKey(keyName)
    return {...readPublicKey(publicKey), keyMaterial: privateKey}
  }
  const {publicKey, privateKey} = await promisify(generateKeyPair)('rsa', {modulusLength: 2048})
  const digest = createHash('sha1')
    .update(privateKey.export({format: 'der', type: 'pkcs8'}))
    .digest()
  return {
    ...readPublicKey(`${rsaLine(publicKey)} ${keyName}`),
    keyFingerprint: hexOf(digest),
    keyMaterial: privateKey.export({format: 'pem', type: 'pkcs1'}).toString(),
  }
}

/** `ssh-rsa` and the key blob (RFC 4253, 6.6): the name, the exponent and the modulus, each after its length. */
function rsaLine(key: KeyObject): string {
  const {e = '', n = ''} = key.export({format: 'jwk'})
  const fields = [Buffer.from('ssh-rsa'), positive(Buffer.from(e, 'base64url')), positive(Buffer.from(n, 'base64url'))]
  const blob = Buffer.concat(
    fields.flatMap(field => {
      const length = Buffer.alloc(4)
      length.writeUInt32BE(field.length)
      return [length, field]
    }),
  )
  return `ssh-rsa ${blob.toString('base64')}`
}

/** As an mpint (RFC 4251, 5), whose first bit is its sign. */
function positive(value: Buffer): Buffer {
  return value.readUInt8(0) < 128 ? value : Buffer.concat([Buffer.alloc(1), value])
}
