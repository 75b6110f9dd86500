import {X509Certificate, type KeyObject} from 'node:crypto'
import type {Statement, Subject} from './x509.js'

const USAGE_OIDS = {server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2'} as const

/** Undefined if the text is no certificate. */
export function parseCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}

/** Whether an authority's certificate belongs to its key, says the subject and lasts until then (ms since 1970). */
export function authorityFits(certificate: X509Certificate, subject: Subject, key: KeyObject, until: number): boolean {
  return (
    certificate.ca && hasSubject(certificate, subject) && certificate.checkPrivateKey(key) && lasts(certificate, until)
  )
}

/** Whether a leaf still says exactly what it should, is signed by the authority and lasts until then (ms since 1970). */
export function leafFits(
  certificate: X509Certificate,
  wanted: Statement,
  key: KeyObject,
  authority: X509Certificate,
  until: number,
): boolean {
  return (
    hasSubject(certificate, wanted.subject) &&
    sameSet(namesOf(certificate), [
      ...wanted.names.dns.map(name => `DNS:${name}`),
      ...wanted.names.ips.map(ip => `IP Address:${ip}`),
    ]) &&
    sameSet(
      certificate.keyUsage,
      wanted.usages.map(usage => USAGE_OIDS[usage]),
    ) &&
    certificate.checkPrivateKey(key) &&
    certificate.checkIssued(authority) &&
    certificate.verify(authority.publicKey) &&
    lasts(certificate, until)
  )
}

/** Node prints a subject as one `KEY=value` a line, in the certificate's order. */
function hasSubject(certificate: X509Certificate, {commonName, organization}: Subject): boolean {
  const lines = [...(organization === undefined ? [] : [`O=${organization}`]), `CN=${commonName}`]
  return certificate.subject === lines.join('\n')
}

function namesOf(certificate: X509Certificate): readonly string[] {
  return certificate.subjectAltName?.split(', ') ?? []
}

function lasts(certificate: X509Certificate, until: number): boolean {
  return new Date(certificate.validTo).getTime() > until
}

/** `undefined` is what Node gives for a certificate without the extension, whatever its types say. */
function sameSet(found: readonly string[] | undefined, wanted: readonly string[]): boolean {
  const a = new Set(found ?? [])
  const b = new Set(wanted)
  return a.size === b.size && wanted.every(value => a.has(value))
}
