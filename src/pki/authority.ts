import {X509Certificate, type KeyObject} from 'node:crypto'
import {KhwError} from '../errors.js'
import {authorityFits, leafFits, parseCertificate} from './fit.js'
import {newPrivateKey, parsePrivateKey} from './keys.js'
import {AUTHORITY_LIFE, LEAF_LIFE, marginOf, SKEW, type Issuance} from './lifetime.js'
import type {SecretStore} from './secret-store.js'
import type {KeyPair, Statement, Subject, Validity} from './x509.js'

/** Where a pair lies in the store: `<path>.key` and `<path>.crt`. The key is written first and kept for good. */
export interface PairRequest {
  readonly path: string
  readonly secrets: SecretStore
  readonly now: Date
  /** Absent: whatever lasts is good. */
  readonly issuance?: Issuance | undefined
}

/**
 * The authority of that name: as it is stored, or made now. One that ends within a day, or before the leaves that were
 * asked for, is signed anew with the same key, so that what it issued stays valid. Throws JOURNAL_UNREADABLE if the certificate is there and its key is not:
 * a new key would make every node of the cluster refuse the others.
 */
export async function ensureAuthority(subject: Subject, request: PairRequest): Promise<KeyPair> {
  const {path, now, issuance} = request
  const life = issuance?.lifetime ?? LEAF_LIFE
  const until = Math.max(now.getTime() + marginOf(LEAF_LIFE), issuance ? Date.parse(issuance.since) + life : 0)
  const stored = await readPair(request)
  if (stored.certificate !== undefined && stored.key === undefined) throw keyIsGone(path)
  return completed(stored, request, {
    fits: (certificate, key) => authorityFits(certificate, subject, key, until),
    sign: async privateKey =>
      (await import('./x509.js')).signAuthority(subject, privateKey, validityFrom(now, AUTHORITY_LIFE)),
  })
}

/** The leaf as it is stored if it fits (see fit.ts), else issued now, for the stored key if there is one. */
export async function ensureLeaf(statement: Statement, authority: KeyPair, request: PairRequest): Promise<KeyPair> {
  const {now, issuance} = request
  const life = issuance?.lifetime ?? LEAF_LIFE
  const until = now.getTime() + marginOf(life)
  const issuer = new X509Certificate(authority.certificate)
  return completed(await readPair(request), request, {
    fits: (certificate, key) => leafFits(certificate, statement, key, issuer, until) && isOf(certificate, issuance),
    sign: async privateKey => {
      const validity = within(validityFrom(now, life), issuer)
      return (await import('./x509.js')).signLeaf(statement, privateKey, authority, validity)
    },
  })
}

/** What the store has: a key that cannot be read counts as none, a certificate as one that does not fit. */
interface StoredPair {
  readonly key: {readonly pem: string; readonly parsed: KeyObject} | undefined
  readonly certificate: string | undefined
}

interface Maker {
  readonly fits: (certificate: X509Certificate, key: KeyObject) => boolean
  /** Resolves to a certificate (PEM) for the private key (PEM). */
  readonly sign: (privateKey: string) => Promise<string>
}

async function readPair({path, secrets}: PairRequest): Promise<StoredPair> {
  const [pem, certificate] = await Promise.all([secrets.read(`${path}.key`), secrets.read(`${path}.crt`)])
  const parsed = pem === undefined ? undefined : parsePrivateKey(pem)
  return {key: pem !== undefined && parsed ? {pem, parsed} : undefined, certificate}
}

async function completed({key, certificate}: StoredPair, request: PairRequest, make: Maker): Promise<KeyPair> {
  if (key && certificate !== undefined) {
    const parsed = parseCertificate(certificate)
    if (parsed && make.fits(parsed, key.parsed)) return {certificate, privateKey: key.pem}
  }
  const privateKey = key?.pem ?? (await storeNewKey(request))
  const signed = await make.sign(privateKey)
  await request.secrets.write(`${request.path}.crt`, signed)
  return {certificate: signed, privateKey}
}

async function storeNewKey({path, secrets}: PairRequest): Promise<string> {
  const privateKey = await newPrivateKey()
  await secrets.write(`${path}.key`, privateKey)
  return privateKey
}

function validityFrom(now: Date, life: number): Validity {
  return {notBefore: new Date(now.getTime() - SKEW), notAfter: new Date(now.getTime() + life)}
}

/** Whether it was issued since new ones were asked for; certificates know whole seconds. */
function isOf({validFrom}: X509Certificate, issuance: Issuance | undefined): boolean {
  return issuance === undefined || Date.parse(validFrom) + SKEW + 1000 > Date.parse(issuance.since)
}

/** A leaf that outlives its authority would only look valid. */
function within(validity: Validity, issuer: X509Certificate): Validity {
  const end = new Date(issuer.validTo)
  return validity.notAfter > end ? {...validity, notAfter: end} : validity
}

function keyIsGone(path: string): KhwError {
  return new KhwError(
    'JOURNAL_UNREADABLE',
    `Could not use the certificate authority ${path}.crt: its key ${path}.key is missing or damaged, and with a new one no node would trust the others.`,
    [
      `Put ${path}.key back into the cluster's directory`,
      'Or take the cluster down with khw destroy and create it again',
    ],
  )
}
