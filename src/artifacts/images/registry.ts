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
 * manifests"). One that has a digest stays as it is, once its registry was seen to have it. Throws ARTIFACT_MISSING, ARTIFACT_UNREACHABLE or ARTIFACT_CHECKSUM.
 */
export async function pinnedReference(reference: string, {cache, network, at}: Registry): Promise<string> {
  const [tagged = reference, digest] = reference.split('@')
  const {host, repository, tag} = partsOf(tagged)
  const url = `https://${host}/v2/${repository}/manifests/${digest ?? tag}`
  const isIt = (text: string): boolean => isManifest(text) && (digest ?? digestOf(text)) === digestOf(text)
  const kept = await keptText(cache, url)
  if (isIt(kept)) return `${tagged}@${digestOf(kept)}`
  const text = await fetchText(at(url), network, {accept: MANIFESTS})
  if (!isIt(text)) {
    throw new KhwError(
      'ARTIFACT_CHECKSUM',
      `${reference} cannot be pinned: ${url} answers with ${isManifest(text) ? 'another image' : 'no image manifest'}.`,
      [
        'Open the URL in a browser to see what answers there (a captive portal or a proxy?)',
        'or use --artifacts mirror --mirror DIR with archives of the images',
      ],
    )
  }
  await keepText(cache, url, text)
  return `${tagged}@${digestOf(text)}`
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
