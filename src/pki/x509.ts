// @peculiar/x509 throws at import unless this was loaded before it.
import 'reflect-metadata'
import {createPrivateKey, createPublicKey, randomBytes, webcrypto} from 'node:crypto'
import * as x509 from '@peculiar/x509'

/** What a certificate says: RFC 5280's fields as far as a cluster needs them. */
export interface Statement {
  readonly subject: Subject
  /** Extended key usages, exactly; an authority has none. */
  readonly usages: readonly Usage[]
  readonly names: SubjectNames
}

export interface Subject {
  readonly commonName: string
  readonly organization?: string
}

export type Usage = 'client' | 'server'

export interface SubjectNames {
  readonly dns: readonly string[]
  readonly ips: readonly string[]
}

export interface Validity {
  readonly notBefore: Date
  readonly notAfter: Date
}

/** PEM both. */
export interface KeyPair {
  readonly certificate: string
  readonly privateKey: string
}

const ALGORITHM = {name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256'} as const

export async function signAuthority(subject: Subject, privateKey: string, validity: Validity): Promise<string> {
  const publicKey = await importPublic(privateKey)
  return sign({
    subject: nameOf(subject),
    issuer: nameOf(subject),
    validity,
    publicKey,
    signingKey: await importPrivate(privateKey),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
    ],
  })
}

export async function signLeaf(
  statement: Statement,
  privateKey: string,
  issuer: KeyPair,
  validity: Validity,
): Promise<string> {
  const publicKey = await importPublic(privateKey)
  const authority = new x509.X509Certificate(issuer.certificate)
  return sign({
    subject: nameOf(statement.subject),
    issuer: authority.subjectName.toJSON(),
    validity,
    publicKey,
    signingKey: await importPrivate(issuer.privateKey),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(statement.usages.map(oidOf)),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(await importPublic(issuer.privateKey)),
      ...alternativeNames(statement.names),
    ],
  })
}

interface Draft {
  readonly subject: x509.JsonName
  readonly issuer: x509.JsonName
  readonly validity: Validity
  readonly publicKey: webcrypto.CryptoKey
  readonly signingKey: webcrypto.CryptoKey
  readonly extensions: x509.Extension[]
}

async function sign(draft: Draft): Promise<string> {
  const {validity, ...rest} = draft
  const certificate = await x509.X509CertificateGenerator.create({
    ...rest,
    ...validity,
    serialNumber: serialNumber(),
    signingAlgorithm: ALGORITHM,
  })
  return `${certificate.toString('pem')}\n`
}

/** 128 bits; the first is 0, as the number must be positive, and the second 1, so that the length never varies. */
function serialNumber(): string {
  const bytes = randomBytes(16)
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0)
  return bytes.toString('hex')
}

/** Most general part first, as RFC 4514's reverse: O, then CN. */
function nameOf(subject: Subject): x509.JsonName {
  const organization = subject.organization === undefined ? [] : [{O: [subject.organization]}]
  return [...organization, {CN: [subject.commonName]}]
}

function oidOf(usage: Usage): string {
  return usage === 'client' ? x509.ExtendedKeyUsage.clientAuth : x509.ExtendedKeyUsage.serverAuth
}

function alternativeNames({dns, ips}: SubjectNames): x509.Extension[] {
  const names = [
    ...dns.map(value => ({type: 'dns' as const, value})),
    ...ips.map(value => ({type: 'ip' as const, value})),
  ]
  return names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]
}

function importPrivate(pem: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(pem).export({type: 'pkcs8', format: 'der'})
  return webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign'])
}

function importPublic(privateKey: string): Promise<webcrypto.CryptoKey> {
  const der = createPublicKey(privateKey).export({type: 'spki', format: 'der'})
  return webcrypto.subtle.importKey('spki', der, ALGORITHM, true, ['verify'])
}
