import {createHash, createSign, generateKeyPairSync, type KeyObject} from 'node:crypto'
import type {SigningKey} from '../../../src/artifacts/ssm-agent/signing-keys.js'

export interface TestKey extends SigningKey {
  readonly privateKey: KeyObject
}

const YEAR = 365 * 86_400

/** An RSA key as OpenPGP has them (RFC 4880, 5.5.2): good for a year from `created` on. */
export function testKey(created: number): TestKey {
  const {privateKey, publicKey} = generateKeyPairSync('rsa', {modulusLength: 2048})
  const {n = ''} = publicKey.export({format: 'jwk'})
  return {privateKey, modulus: n, created, expires: created + YEAR, fingerprint: fingerprintOf({created, modulus: n})}
}

/** RFC 4880, 12.2. */
export function fingerprintOf({created, modulus}: Pick<SigningKey, 'created' | 'modulus'>): string {
  const packet = Buffer.concat([
    Buffer.from([4]),
    uint32(created),
    Buffer.from([1]),
    number(Buffer.from(modulus, 'base64url')),
    number(Buffer.from([1, 0, 1])),
  ])
  const length = Buffer.alloc(2)
  length.writeUInt16BE(packet.length)
  return createHash('sha1')
    .update(Buffer.concat([Buffer.from([0x99]), length, packet]))
    .digest('hex')
    .toUpperCase()
}

/** A detached signature of version 4 (RFC 4880, 5.2.3), in a packet of the old format. */
export function sign(
  data: Buffer,
  key: TestKey,
  {madeAt = key.created + 1, type = 0, keyId = key.fingerprint.slice(-16)} = {},
): Buffer {
  const hashedArea = Buffer.concat([Buffer.from([5, 2]), uint32(madeAt)])
  const hashed = Buffer.concat([Buffer.from([4, type, 1, 8]), uint16(hashedArea.length), hashedArea])
  const trailer = Buffer.concat([hashed, Buffer.from([4, 0xff]), uint32(hashed.length)])
  const value = createSign('sha256').update(data).update(trailer).sign(key.privateKey)
  const issuer = Buffer.concat([Buffer.from([9, 16]), Buffer.from(keyId, 'hex')])
  const body = Buffer.concat([hashed, uint16(issuer.length), issuer, Buffer.from([0, 0]), number(value)])
  return Buffer.concat([Buffer.from([0x89]), uint16(body.length), body])
}

/** RFC 4880, 3.2. */
function number(value: Buffer): Buffer {
  const digits = value.subarray(value.findIndex(byte => byte !== 0))
  return Buffer.concat([uint16(digits.length * 8 - Math.clz32(digits[0] ?? 0) + 24), digits])
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
