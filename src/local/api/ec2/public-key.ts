import {createHash, createPublicKey} from 'node:crypto'
import type {KeyPair} from '../../model.js'
import {ApiError} from '../api-error.js'

/**
 * Reads one line of authorized_keys (RFC 4253, 6.6: fields of a four-byte length and that many bytes). The fingerprint is EC2's
 * for imported keys: MD5 of the DER of an RSA key, SHA-256 of the blob of an Ed25519 key. Throws InvalidKey.Format.
 */
export function readPublicKey(text: string): Pick<KeyPair, 'publicKey' | 'keyFingerprint' | 'keyType'> {
  const publicKey = text.trim()
  const [algorithm = '', base64 = ''] = publicKey.split(/\s+/)
  const blob = Buffer.from(base64, 'base64')
  const fields = publicKey.includes('\n') ? [] : fieldsOf(blob)
  if (fields[0]?.toString() !== algorithm) throw invalidFormat()
  if (algorithm === 'ssh-ed25519' && fields.length === 2 && fields[1]?.length === 32)
    return {publicKey, keyType: 'ed25519', keyFingerprint: createHash('sha256').update(blob).digest('base64')}
  const [, exponent, modulus] = fields
  if (algorithm === 'ssh-rsa' && exponent !== undefined && modulus !== undefined)
    return {publicKey, keyType: 'rsa', keyFingerprint: rsaFingerprint(exponent, modulus)}
  throw invalidFormat()
}

function rsaFingerprint(exponent: Buffer, modulus: Buffer): string {
  const key = createPublicKey({
    format: 'jwk',
    key: {kty: 'RSA', e: exponent.toString('base64url'), n: modulus.toString('base64url')},
  })
  const digest = createHash('md5')
    .update(key.export({format: 'der', type: 'spki'}))
    .digest()
  return hexOf(digest)
}

/** `81:f4:ae`, as fingerprints are written. */
export function hexOf(digest: Buffer): string {
  return digest.toString('hex').replace(/..(?=.)/g, '$&:')
}

/** Empty if the blob does not consist of whole fields. */
function fieldsOf(blob: Buffer): Buffer[] {
  const fields: Buffer[] = []
  let at = 0
  while (at + 4 <= blob.length) {
    const end = at + 4 + blob.readUInt32BE(at)
    if (end > blob.length) return []
    fields.push(blob.subarray(at + 4, end))
    at = end
  }
  return at === blob.length ? fields : []
}

function invalidFormat(): ApiError {
  return new ApiError('InvalidKey.Format', 'Key is not in valid OpenSSH public key format')
}
