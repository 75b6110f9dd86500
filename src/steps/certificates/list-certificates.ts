import type {X509Certificate} from 'node:crypto'
import {addonsOf} from '../../cluster/addons.js'
import {nodesOf, type ClusterNode} from '../../cluster/addressing.js'
import type {RotatingReport} from '../../cluster/report.js'
import {messageOf} from '../../errors.js'
import {servedCertificate} from '../../kubernetes/served-certificate.js'
import {ENOUGH_DAYS} from '../../pki/enough-days.js'
import {parseCertificate} from '../../pki/fit.js'
import {storedCertificate} from '../../pki/pki.js'
import {servingName} from '../../pki/serving-pair.js'
import {
  CERTIFICATE_PLACES,
  parseCertificates,
  readCertificatesCommand,
  type CertificatePlace,
} from '../../templates/certificate-places.js'
import {addonOf} from '../addons/registry.js'
import {instanceOfNode, liveHosts, livePublicIps} from '../compute/node-instance.js'
import type {RunContext} from '../engine/context.js'
import {within} from '../engine/within.js'
import {rotationReports} from '../keys/rotation.js'
import {asRoot} from '../node/root-shell.js'
import {apiEndpoints} from '../operator/operator-api.js'
import {withCluster, type ClusterOptions} from '../session/open-cluster.js'

/** Output contract of `khw certs list --json`. */
export interface CertificatesReport {
  readonly name: string
  readonly certificates: readonly CertificateReport[]
  readonly unread: readonly Unread[]
  /** Keys whose rotation is unfinished; absent if there is none. */
  readonly rotating?: readonly RotatingReport[]
  /** Everything was read, and nothing ends within 7 days. */
  readonly ok: boolean
}

/** A node whose files could not be read, so that what khw has of them is listed instead; or one file of it. */
export interface Unread {
  readonly node: string
  readonly file?: string
  readonly detail: string
}

export interface CertificateReport {
  /** As the PKI has it: `apiserver`, `etcd-peer`; `ca`, `etcd-ca` and `front-proxy-ca` are the authorities. Or an add-on's Service. */
  readonly name: string
  /** Null: on this machine. */
  readonly node: string | null
  /** Common name of who signed it. */
  readonly issuer: string
  /** ISO 8601. */
  readonly notAfter: string
  /** Whole ones; negative once it has ended. */
  readonly daysLeft: number
  /** A file of the node, what its API server shows to who connects (only where that is another), or khw's own copy. */
  readonly from: 'node' | 'api' | 'khw'
  /** SHA-256 of the certificate: the same one may be on several nodes. */
  readonly fingerprint: string
}

/** Milliseconds for one node: it has let us in before, or is not worth waiting for. */
const PATIENCE = 30_000

type Found = Pick<CertificateReport, 'name' | 'node' | 'from'> & {readonly certificate: X509Certificate}

/** What the nodes really have, read over SSH, and what their API servers show. Changes nothing. */
export function listCertificates(options: ClusterOptions): Promise<CertificatesReport> {
  return withCluster(options, async ({journal, context}) => {
    const rotating = await rotationReports(journal, context.secrets)
    return {...(await certificatesOf(context)), ...(rotating.length > 0 && {rotating})}
  })
}

export async function certificatesOf(context: RunContext): Promise<CertificatesReport> {
  const {spec} = context
  const looked = await Promise.all(nodesOf(spec).map(node => onNode(context, node)))
  const found = [...looked.flatMap(each => each.found), ...(await here(context))]
  const unread = looked.flatMap(each => each.unread)
  const certificates = found.map(each => reportOf(each, context.clock.now()))
  return {
    name: spec.name,
    certificates,
    unread,
    ok: unread.length === 0 && certificates.every(({daysLeft}) => daysLeft >= ENOUGH_DAYS),
  }
}

interface OnNode {
  readonly found: readonly Found[]
  readonly unread: readonly Unread[]
}

async function onNode(context: RunContext, node: ClusterNode): Promise<OnNode> {
  const [files, served] = await Promise.all([filesOf(context, node), servedBy(context, node)])
  if (typeof files === 'string') {
    const known = await knownOf(context, node)
    return {found: [...known, ...served], unread: [{node: node.name, detail: files}]}
  }
  const own = files.found.find(({name}) => name === 'apiserver')?.certificate.fingerprint256
  const others = served.filter(({certificate}) => certificate.fingerprint256 !== own)
  return {found: [...files.found, ...others], unread: files.unread}
}

/** Why they could not be read, if they could not. */
async function filesOf(context: RunContext, {name, role}: ClusterNode): Promise<OnNode | string> {
  const at = liveHosts(context.spec, context.inventory)[name]
  if (at === undefined) return `its machine is ${instanceOfNode(context.inventory, name)?.State?.Name ?? 'missing'}`
  const read = async (): Promise<string> => {
    const remote = await context.nodes.to(name, at.host, undefined, at.via)
    return asRoot(remote, readCertificatesCommand(role), {signal: context.signal})
  }
  try {
    const files = parseCertificates(await within(context, PATIENCE, read))
    const places = CERTIFICATE_PLACES[role].map(place => onPlace(name, place, files.get(place.path)))
    return {found: places.flatMap(each => each.found), unread: places.flatMap(each => each.unread)}
  } catch (error) {
    context.signal.throwIfAborted()
    return messageOf(error)
  }
}

function onPlace(node: string, {name, path, optional}: CertificatePlace, pem: string | undefined): OnNode {
  const found = foundIn(name, node, 'node', pem)
  if (found.length > 0 || (pem === undefined && optional)) return {found, unread: []}
  const detail = pem === undefined ? 'is missing, or has no certificate' : 'has a certificate that cannot be read'
  return {found, unread: [{node, file: path, detail}]}
}

async function servedBy({spec, inventory}: RunContext, {name}: ClusterNode): Promise<readonly Found[]> {
  const endpoint = apiEndpoints(spec, livePublicIps(spec, inventory))[name]
  if (endpoint === undefined) return []
  const certificate = await servedCertificate(endpoint).catch(() => undefined)
  return certificate ? [{name: 'apiserver', node: name, from: 'api', certificate}] : []
}

/** As khw has it in its own store. */
async function knownOf({secrets}: RunContext, {name, role}: ClusterNode): Promise<readonly Found[]> {
  const known = await Promise.all(
    CERTIFICATE_PLACES[role].map(async place =>
      foundIn(place.name, name, 'khw', await storedCertificate(secrets, place.name, name)),
    ),
  )
  return known.flat()
}

/** The operator's own, and what add-ons serve their API with: those are no node's. */
async function here({spec, secrets}: RunContext): Promise<readonly Found[]> {
  const services = addonsOf(spec).flatMap(({name}) => addonOf(name).api?.service ?? [])
  const own = [
    ...['admin', 'super-admin'].map(name => ({name, stored: name})),
    ...services.map(service => ({name: service.name, stored: servingName(service)})),
  ]
  const found = await Promise.all(
    own.map(async ({name, stored}) => foundIn(name, null, 'khw', await storedCertificate(secrets, stored))),
  )
  return found.flat()
}

function foundIn(name: string, node: string | null, from: Found['from'], pem: string | undefined): readonly Found[] {
  const certificate = pem === undefined ? undefined : parseCertificate(pem)
  return certificate ? [{name, node, from, certificate}] : []
}

function reportOf({name, node, from, certificate}: Found, now: number): CertificateReport {
  const end = new Date(certificate.validTo)
  return {
    name,
    node,
    issuer: /^CN=(.*)$/m.exec(certificate.issuer)?.[1] ?? certificate.issuer,
    notAfter: end.toISOString(),
    daysLeft: Math.floor((end.getTime() - now) / 86_400_000),
    from,
    fingerprint: certificate.fingerprint256,
  }
}
