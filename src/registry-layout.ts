import {join} from 'node:path'

/**
 * How images lie in a directory for a registry to answer with (OCI distribution-spec, "Pulling manifests", "Pulling blobs"):
 *
 *     _blobs/sha256/<hex>                              manifests, configurations and layers, by their digest
 *     <host>/<repository>/_manifests/<tag or digest>   a link: the digest of the manifest which that repository has there
 *
 * A part of a repository's name does not begin with an underscore, so nothing meets.
 */

/** The registry's directory, in that of the region's cache. */
export function registryDirectory(cache: string): string {
  return join(cache, 'registry')
}

const PART = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
const REPOSITORY = new RegExp(`^${PART}(?:/${PART})*$`)
const HOST = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/
const TAG = /^\w[\w.-]{0,127}$/
const DIGEST = /^sha256:[0-9a-f]{64}$/

/** `coredns/coredns`, by the distribution-spec's grammar of names. */
export function isRepository(name: string): boolean {
  return name.length <= 255 && REPOSITORY.test(name)
}

/** `registry.k8s.io`, `localhost:5000`. */
export function isRegistryHost(host: string): boolean {
  return host.length <= 255 && !host.includes('..') && HOST.test(host)
}

export function isTag(tag: string): boolean {
  return TAG.test(tag)
}

/** `sha256:` and 64 hex digits: the one algorithm of digests here. */
export function isDigest(digest: string): boolean {
  return DIGEST.test(digest)
}

export function blobPath(registry: string, digest: string): string {
  return join(registry, '_blobs', ...digest.split(':'))
}

/** `repository` with the host of its registry: `registry.k8s.io/pause`; `reference`: a tag or a digest. */
export function manifestLink(registry: string, repository: string, reference: string): string {
  return join(registry, ...repository.split('/'), '_manifests', reference)
}
