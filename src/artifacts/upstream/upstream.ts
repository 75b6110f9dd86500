import {ADDON_NAMES, type AddonName} from '../../cluster/addons.js'
import {KhwError} from '../../errors.js'
import {componentVersions, DEFAULT_KUBERNETES_VERSION} from '../../kubernetes/component-versions.js'
import type {Artifact, ArtifactSet} from '../artifact.js'
import {checkPolicies} from '../check-policies.js'
import {cacheUrl} from '../files/cached.js'
import {checksumIn} from '../files/checksum-list.js'
import {cachePath, keepText, keptText} from '../files/kept.js'
import {pinnedReference, type Registry} from '../images/registry.js'
import {download} from '../net/download.js'
import {fetchText, type Network} from '../net/network.js'
import {allFinished, inParallel} from '../../parallel.js'
import type {ArtifactRequest} from '../request.js'
import {stableUrl, upstreamFiles, type UpstreamFile} from './catalog.js'
import {POLICY_RELEASES, releasedEngine, type PolicyReleases} from './network-policies.js'
import {upstreamImages, type ImageReferences} from './images.js'

const DOWNLOADS_AT_ONCE = 4

/**
 * Artifacts as their projects publish them. Checksums, and the digests of images, are fetched now and pinned; the files
 * themselves only if nodes are to fetch them from this machine's cache. `base` replaces `https:/` in tests: `http://127.0.0.1:4000`.
 */
export async function resolveUpstream(
  request: ArtifactRequest,
  network: Network,
  base = 'https:/',
  policies: PolicyReleases = POLICY_RELEASES,
): Promise<ArtifactSet> {
  const at = (url: string) => url.replace(/^https:\//, base)
  const versions = componentVersions(await exactVersion(request.kubernetesVersion, network, at))
  const {cni} = request
  checkPolicies(cni, versions.kubernetes)
  const files = upstreamFiles(versions, request.architecture)
  const registry = {cache: request.cache, network, at}
  const [checksums, images, policyEngine] = await allFinished([
    publishedChecksums(files, request, network, at),
    pinnedImages(upstreamImages(versions), registry, request.addons),
    cni && releasedEngine(cni, registry, policies),
  ])
  const wanted = files.flatMap(file => {
    const sha256 = checksums.get(file.url)
    return sha256 === undefined ? [] : [{file, sha256}]
  })
  const artifacts = await inParallel(wanted, DOWNLOADS_AT_ONCE, async ({file, sha256}): Promise<Artifact> => {
    const {name, version, install, roles, url} = file
    const artifact = {name, version, origin: url, url: at(url), sha256, install, roles}
    const server = request.cacheServer
    if (!server || request.onlyLook) return artifact
    const destination = cachePath(request.cache, url)
    const bytes = await download(
      {url: at(url), sha256, destination, item: name},
      {network, onProgress: request.onProgress},
    )
    return {...artifact, url: cacheUrl(server, destination), bytes}
  })
  const {kubernetes, etcd, containerd, runc} = versions
  return {
    source: 'upstream',
    architecture: request.architecture,
    versions: {kubernetes, etcd, containerd, runc, cni: versions.cni},
    artifacts,
    images,
    ...(policyEngine && {policyEngine}),
    notices: [],
  }
}

async function exactVersion(
  wanted: string | undefined,
  network: Network,
  at: (url: string) => string,
): Promise<string> {
  if (wanted === undefined) return DEFAULT_KUBERNETES_VERSION
  const {kubernetes} = componentVersions(wanted)
  if (kubernetes.split('.').length === 3) return kubernetes
  const url = at(stableUrl(kubernetes))
  const text = (await fetchText(url, network)).trim()
  if (text.startsWith(`v${kubernetes}.`) && /^v\d+\.\d+\.\d+$/.test(text)) return text.slice(1)
  throw new KhwError(
    'ARTIFACT_UNREACHABLE',
    `The newest ${kubernetes} release cannot be told: ${url} says "${text.slice(0, 80)}".`,
    [`Give the whole version, such as --kubernetes-version ${kubernetes}.0`],
  )
}

/** By URL of the file; optional files whose checksum was never published are left out. */
async function publishedChecksums(
  files: readonly UpstreamFile[],
  request: ArtifactRequest,
  network: Network,
  at: (url: string) => string,
): Promise<ReadonlyMap<string, string>> {
  const entries = await inParallel(files, files.length, async file => {
    const fileName = file.url.slice(file.url.lastIndexOf('/') + 1)
    const known = checksumIn(await keptText(request.cache, file.checksumUrl), fileName)
    if (known !== undefined) return [[file.url, known] as const]
    let text: string
    try {
      text = await fetchText(at(file.checksumUrl), network)
    } catch (error) {
      if (file.optional && error instanceof KhwError && error.code === 'ARTIFACT_MISSING') return []
      throw error
    }
    const sha256 = checksumIn(text, fileName)
    if (sha256 === undefined) throw noChecksum(file)
    await keepText(request.cache, file.checksumUrl, text)
    return [[file.url, sha256] as const]
  })
  return new Map(entries.flat())
}

/** Those of add-ons that nobody asked for are left out where their registry has none. */
async function pinnedImages(
  {pause, check, ...ofAddons}: ImageReferences,
  registry: Registry,
  required: readonly AddonName[] = [],
): Promise<ArtifactSet['images']> {
  const pinned = (reference: string) => pinnedReference(reference, registry)
  const addons = ADDON_NAMES.map(async name => {
    try {
      return [[name, await pinned(ofAddons[name])] as const]
    } catch (error) {
      if (!required.includes(name) && error instanceof KhwError && error.code === 'ARTIFACT_MISSING') return []
      throw error
    }
  })
  const [ofPods, ofTests, ...others] = await allFinished([pinned(pause), pinned(check), ...addons])
  return {pause: ofPods, check: ofTests, ...Object.fromEntries(others.flat())}
}

function noChecksum(file: UpstreamFile): KhwError {
  return new KhwError(
    'ARTIFACT_CHECKSUM',
    `${file.name} ${file.version} cannot be verified: ${file.checksumUrl} has no SHA-256 for ${file.url}.`,
    ['Open the URL in a browser to see what answers there (a captive portal or a proxy?)'],
  )
}
