import type {PolicyEngine} from '../../cluster/cni.js'
import {KhwError} from '../../errors.js'
import type {ArtifactSet, PublishedFile, ReleaseManifest} from '../artifact.js'
import {hasChecksum} from '../files/checksum.js'
import {keepText, keptText} from '../files/kept.js'
import {pinnedReference, type Registry} from '../images/registry.js'
import {fetchText} from '../net/network.js'

/** A release of a policy engine: its manifest and its image, each by its digest. */
export interface PolicyRelease {
  readonly version: string
  readonly manifest: PublishedFile
  /** With the digest of the list of images by platform. */
  readonly image: string
}

/**
 * The manifest is that of the release's tag; its checksum was computed from the tag's content. The image's digest is the
 * one that the registry's owners promoted (kubernetes/k8s.io, registry.k8s.io/images/k8s-staging-networking/images.yaml).
 */
export const POLICY_RELEASES: Readonly<Record<PolicyEngine, PolicyRelease>> = {
  'kube-network-policies': {
    version: '1.1.1',
    manifest: {
      url: 'https://raw.githubusercontent.com/kubernetes-sigs/kube-network-policies/v1.1.1/install.yaml',
      sha256: '5491e0364d32e74807bc80abcf4264a2e9b9a98c6d4a96cf55dc7770fae1aa19',
    },
    image:
      'registry.k8s.io/networking/kube-network-policies:v1.1.1@sha256:fa4a8a823da474dd6efa3bb80347b5ac58376370e1c179c5d3fa462e14b0e465',
  },
}

export type PolicyReleases = typeof POLICY_RELEASES

/** The engine as it was released, its manifest verified and its image seen in its registry. */
export async function releasedEngine(
  cni: PolicyEngine,
  registry: Registry,
  releases: PolicyReleases,
): Promise<NonNullable<ArtifactSet['policyEngine']>> {
  const release = releases[cni]
  const {url, sha256} = release.manifest
  const kept = await keptText(registry.cache, url)
  if (hasChecksum(kept, sha256)) return {manifest: manifestOf(cni, release, kept), image: release.image}
  const [text, image] = await Promise.all([
    fetchText(registry.at(url), registry.network),
    pinnedReference(release.image, registry),
  ])
  if (!hasChecksum(text, sha256)) throw otherManifest(cni, release)
  await keepText(registry.cache, url, text)
  return {manifest: manifestOf(cni, release, text), image}
}

export function manifestOf(cni: PolicyEngine, {version, manifest}: PolicyRelease, text: string): ReleaseManifest {
  return {name: cni, version, ...manifest, text}
}

function otherManifest(cni: PolicyEngine, {version, manifest}: PolicyRelease): KhwError {
  return new KhwError(
    'ARTIFACT_CHECKSUM',
    `The manifest of ${cni} ${version} is not what was released: the SHA-256 of ${manifest.url} is not ${manifest.sha256}.`,
    ['Open the URL in a browser to see what answers there (a captive portal or a proxy?)'],
  )
}
