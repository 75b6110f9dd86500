import {createPublicKey, createVerify} from 'node:crypto'
import {createReadStream} from 'node:fs'
import type {SigningKey} from './signing-keys.js'

/** A detached signature of a file by an RSA key (RFC 4880, 5.2). */
export interface FileSignature {
  /** Of the key that is said to have made it: 16 hexadecimal digits. */
  readonly keyId: string
  /** Seconds since 1970. */
  readonly madeAt: number
  /** As OpenSSL calls it. */
  readonly hash: string
  /** What is hashed after the file. */
  readonly trailer: Buffer
  /** A number, as long as it happens to be. */
  readonly value: Buffer
}

const SIGNATURE = 2
const OF_A_FILE = 0
const RSA: readonly number[] = [1, 3]
/** SHA-1 forges no second file to a signature that there is, and GnuPG of the age of Amazon's signs with it by default. */
const HASHES: Readonly<Record<number, string>> = {2: 'sha1', 8: 'sha256', 9: 'sha384', 10: 'sha512', 11: 'sha224'}
const MADE_AT = 2
const ISSUER = 16

/** Undefined if it is none, or of a kind that is not known here. */
export function readSignature(text: Buffer): FileSignature | undefined {
  try {
    const body = packetBody(text.toString('latin1').startsWith('-----BEGIN') ? withoutArmor(text.toString()) : text)
    if (body === undefined) return undefined
    return body[0] === 3 ? version3(body) : body[0] === 4 ? version4(body) : undefined
  } catch (error) {
    // It ends in the middle.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Whether the key has made the signature of the file, in its time. */
export async function isSignedBy(path: string, signature: FileSignature, key: SigningKey): Promise<boolean> {
  const {created, expires, modulus} = key
  if (signature.madeAt < created || signature.madeAt > expires) return false
  const verifier = createVerify(signature.hash)
  for await (const chunk of createReadStream(path, {highWaterMark: 1 << 20})) verifier.update(chunk as Buffer)
  verifier.update(signature.trailer)
  const publicKey = createPublicKey({key: {kty: 'RSA', n: modulus, e: 'AQAB'}, format: 'jwk'})
  const length = Buffer.from(modulus, 'base64url').length
  if (signature.value.length > length) return false
  return verifier.verify(publicKey, Buffer.concat([Buffer.alloc(length - signature.value.length), signature.value]))
}

/** RFC 4880, 6.2: the base64 between the empty line and the checksum. */
function withoutArmor(text: string): Buffer {
  const [, base64 = ''] = /\r?\n\r?\n([A-Za-z0-9+/\s]+=*)/.exec(text) ?? []
  return Buffer.from(base64, 'base64')
}

/** RFC 4880, 4.2: of the one packet that there is. */
function packetBody(packet: Buffer): Buffer | undefined {
  const header = packet.readUInt8(0)
  const isNew = (header & 0xc0) === 0xc0
  if ((header & 0x80) === 0 || (isNew ? header & 0x3f : (header >> 2) & 0xf) !== SIGNATURE) return undefined
  const [length, from] = isNew ? newLength(packet, 1) : oldLength(packet, header & 3)
  return length === undefined || packet.length < from + length ? undefined : packet.subarray(from, from + length)
}

/** The length, and where what it is the length of begins. */
type Length = readonly [number | undefined, number]

function oldLength(packet: Buffer, type: number): Length {
  if (type === 3) return [packet.length - 1, 1]
  const size = 1 << type
  return [packet.readUIntBE(1, size), 1 + size]
}

/** Also of subpackets. Undefined: in parts, as no signature is. */
function newLength(bytes: Buffer, at: number): Length {
  const first = bytes.readUInt8(at)
  if (first < 192) return [first, at + 1]
  if (first < 224) return [((first - 192) << 8) + bytes.readUInt8(at + 1) + 192, at + 2]
  return first === 255 ? [bytes.readUInt32BE(at + 1), at + 5] : [undefined, at]
}

/** RFC 4880, 5.2.2. */
function version3(body: Buffer): FileSignature | undefined {
  return signatureOf({
    type: body.readUInt8(2),
    algorithm: body.readUInt8(15),
    hash: body.readUInt8(16),
    keyId: body.subarray(7, 15),
    madeAt: body.readUInt32BE(3),
    trailer: body.subarray(2, 7),
    value: numberAt(body, 19),
  })
}

/** RFC 4880, 5.2.3 and 5.2.4. */
function version4(body: Buffer): FileSignature | undefined {
  const hashedEnd = 6 + body.readUInt16BE(4)
  const unhashedEnd = hashedEnd + 2 + body.readUInt16BE(hashedEnd)
  const hashed = subpackets(body.subarray(6, hashedEnd))
  const length = Buffer.alloc(6)
  length.writeUInt16BE(0x04ff, 0)
  length.writeUInt32BE(hashedEnd, 2)
  // Who it is from is only a hint: the key decides.
  const issuer = hashed.get(ISSUER) ?? subpackets(body.subarray(hashedEnd + 2, unhashedEnd)).get(ISSUER)
  return signatureOf({
    type: body.readUInt8(1),
    algorithm: body.readUInt8(2),
    hash: body.readUInt8(3),
    keyId: issuer,
    madeAt: hashed.get(MADE_AT)?.readUInt32BE(0),
    trailer: Buffer.concat([body.subarray(0, hashedEnd), length]),
    value: numberAt(body, unhashedEnd + 2),
  })
}

/** The first of each type. */
function subpackets(area: Buffer): ReadonlyMap<number, Buffer> {
  const found = new Map<number, Buffer>()
  for (let at = 0; at < area.length;) {
    const [length, from] = newLength(area, at)
    if (length === undefined || length === 0) throw new RangeError('a subpacket without an end')
    const type = area.readUInt8(from) & 0x7f
    if (!found.has(type)) found.set(type, area.subarray(from + 1, from + length))
    at = from + length
  }
  return found
}

/** RFC 4880, 3.2: its length in bits, and itself. */
function numberAt(body: Buffer, at: number): Buffer {
  const length = Math.ceil(body.readUInt16BE(at) / 8)
  if (body.length < at + 2 + length) throw new RangeError('a number that is cut off')
  return body.subarray(at + 2, at + 2 + length)
}

function signatureOf(of: {
  readonly type: number
  readonly algorithm: number
  readonly hash: number
  readonly keyId: Buffer | undefined
  readonly madeAt: number | undefined
  readonly trailer: Buffer
  readonly value: Buffer
}): FileSignature | undefined {
  const {type, algorithm, keyId, madeAt, trailer, value} = of
  const hash = HASHES[of.hash]
  if (type !== OF_A_FILE || !RSA.includes(algorithm) || hash === undefined || madeAt === undefined) return undefined
  return {keyId: keyId?.toString('hex').toUpperCase() ?? '', madeAt, hash, trailer, value}
}
