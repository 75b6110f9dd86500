import {createHash} from 'node:crypto'
import {KhwError} from '../../errors.js'
import {keepText, keptText} from '../files/kept.js'
import {fetchText, type Network} from '../net/network.js'

/** Lists of images by platform, and single images (OCI image-spec; Docker image manifest v2, schema 2). */
const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')

export interface Registry {
  readonly cache: string
  readonly network: Network
  /** Replaces the registry in tests. */
  readonly at: (url: string) => string
}

/**
 * The reference with the digest of what its registry has under the tag now: `registry.k8s.io/pause:3.10@sha256:...`.
 * Whoever pulls that gets this very content or nothing, on every node and at any time (OCI distribution-spec, "Pulling
 * manifests"). One that has a digest stays as it is. Throws ARTIFACT_MISSING, ARTIFACT_UNREACHABLE or ARTIFACT_CHECKSUM.
 */
export async function pinnedReference(reference: string, {cache, network, at}: Registry): Promise<string> {
  if (reference.includes('@')) return reference
  const {host, repository, tag} = partsOf(reference)
  const url = `https://${host}/v2/${repository}/manifests/${tag}`
  const kept = await keptText(cache, url)
  if (isManifest(kept)) return `${reference}@${digestOf(kept)}`
  const text = await fetchText(at(url), network, {accept: MANIFESTS})
  if (!isManifest(text)) {
    throw new KhwError('ARTIFACT_CHECKSUM', `${reference} cannot be pinned: ${url} answers with no image manifest.`, [
      'Open the URL in a browser to see what answers there (a captive portal or a proxy?)',
      'or use --artifacts mirror --mirror DIR with archives of the images',
    ])
  }
  await keepText(cache, url, text)
  return `${reference}@${digestOf(text)}`
}

/** `registry.k8s.io/coredns/coredns:v1.14.2`, taken apart. */
function partsOf(reference: string): {readonly host: string; readonly repository: string; readonly tag: string} {
  const [, host, repository, tag] = /^([^/]+\.[^/]+)\/(.+):([^:/]+)$/.exec(reference) ?? []
  if (host === undefined || repository === undefined || tag === undefined)
    throw new RangeError(`${reference} does not name its registry and a tag`)
  return {host, repository, tag}
}

/** A manifest's digest is that of its bytes. */
function digestOf(manifest: string): string {
  return `sha256:${createHash('sha256').update(manifest).digest('hex')}`
}

function isManifest(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && 'schemaVersion' in value && value.schemaVersion === 2
  } catch {
    return false
  }
}
