import {createHash, createHmac, timingSafeEqual} from 'node:crypto'
import type {IncomingHttpHeaders} from 'node:http'

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export interface SignedRequest {
  readonly method: string
  /** Path and query as sent. */
  readonly target: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** Who a request says it is from and for which service, before anything of it was checked. */
export interface Claim {
  readonly accessKeyId: string
  readonly date: string
  readonly region: string
  readonly service: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
}

export type Refusal = 'unknown-key' | 'bad-signature' | 'expired' | 'other-region' | 'expired-token'

/** What belongs to an access key. */
export interface Secrets {
  readonly secretAccessKey: string
  /** Of temporary credentials. */
  readonly sessionToken?: string
  /** ISO 8601; temporary credentials have one. */
  readonly expiration?: string
}

/** Seconds a request's clock may be off, either way (EC2's own limit). */
const CLOCK_SKEW = 300

/** Reads the Authorization header of Signature Version 4; undefined if there is none or it is something else. */
export function claimOf(headers: IncomingHttpHeaders): Claim | undefined {
  const expression =
    /^AWS4-HMAC-SHA256\s+Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]+)\/([^/,\s]+)\/aws4_request,\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/
  const match = expression.exec(headers.authorization?.trim() ?? '')
  if (match === null) return undefined
  const [, accessKeyId = '', date = '', region = '', service = '', signed = '', signature = ''] = match
  return {accessKeyId, date, region, service, signedHeaders: signed.split(';'), signature}
}

/**
 * Checks a claim as AWS does (IAM User Guide, "Create a signed AWS API request"): the key is known, the clock is near, and the
 * signature computed from the request equals the one sent; `secrets` are undefined for a key that nobody knows. Undefined
 * if all is well.
 */
export function refusalOf(
  request: SignedRequest,
  claim: Claim,
  secrets: Secrets | undefined,
  region: string,
  now: Date,
): Refusal | undefined {
  if (secrets === undefined || request.headers['x-amz-security-token'] !== secrets.sessionToken) return 'unknown-key'
  if (claim.region !== region && claim.service !== 'iam') return 'other-region'
  const stamp = String(request.headers['x-amz-date'] ?? '')
  const time = parseStamp(stamp)
  if (time === undefined || !stamp.startsWith(claim.date)) return 'bad-signature'
  if (!claim.signedHeaders.includes('host') || !claim.signedHeaders.includes('x-amz-date')) return 'bad-signature'
  const expected = signatureOf(request, claim, stamp, secrets.secretAccessKey)
  if (!timingSafeEqual(Buffer.from(expected), Buffer.from(claim.signature))) return 'bad-signature'
  if (Math.abs(now.getTime() - time) > CLOCK_SKEW * 1000) return 'expired'
  return secrets.expiration !== undefined && now.getTime() >= Date.parse(secrets.expiration)
    ? 'expired-token'
    : undefined
}

function signatureOf(request: SignedRequest, claim: Claim, stamp: string, secret: string): string {
  const scope = `${claim.date}/${claim.region}/${claim.service}/aws4_request`
  const text = ['AWS4-HMAC-SHA256', stamp, scope, sha256(canonicalRequest(request, claim.signedHeaders))].join('\n')
  const key = [claim.date, claim.region, claim.service, 'aws4_request'].reduce<string | Buffer>(
    (previous, part) => hmac(previous, part),
    `AWS4${secret}`,
  )
  return hmac(key, text).toString('hex')
}

function canonicalRequest(request: SignedRequest, signedHeaders: readonly string[]): string {
  const [path = '/', ...query] = request.target.split('?')
  const headers = signedHeaders.map(name => `${name}:${canonicalValue(request.headers[name])}\n`).join('')
  return [
    request.method,
    path.split('/').map(encode).join('/'),
    canonicalQuery(query.join('?')),
    headers,
    signedHeaders.join(';'),
    sha256(request.body),
  ].join('\n')
}

function canonicalValue(value: string | readonly string[] | undefined): string {
  return [value ?? ''].flat().join(',').trim().replace(/ +/g, ' ')
}

function canonicalQuery(query: string): string {
  return [...new URLSearchParams(query)]
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

/** RFC 3986: encodeURIComponent leaves five characters that Signature Version 4 wants encoded. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** Milliseconds of `20261122T152709Z`. */
function parseStamp(stamp: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(stamp)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second] = match
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(time) ? undefined : time
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex')
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest()
}
