import {KhwError} from '../../errors.js'
import {addonImagesMissing} from '../addon-images.js'
import type {Artifact, ArtifactSet} from '../artifact.js'
import {checkPolicies} from '../check-policies.js'
import {allPinnedBy, imageRegistry, pinnedBy, serveImages} from '../images/served-images.js'
import type {Network} from '../net/network.js'
import {inParallel} from '../../parallel.js'
import {registryDirectory} from '../../registry-layout.js'
import type {ArtifactRequest} from '../request.js'
import {POLICY_RELEASES, type PolicyReleases} from '../upstream/network-policies.js'
import {upstreamFiles, type UpstreamFile} from '../upstream/catalog.js'
import {upstreamImages} from '../upstream/images.js'
import {checkFiles, mirrorError, type ExpectedFile, type Finding, type Problem, type VerifiedFile} from './check.js'
import {localCopy, placed} from './copies.js'
import {chooseImages, expectedImages, imageArtifact, readImages} from './images.js'
import {expectedManifest, mirroredEngine} from './policies.js'
import {openMirror, type MirrorSource} from './source.js'
import {mirroredVersions} from './versions.js'

const DOWNLOADS_AT_ONCE = 4

/** Everything from a copy of upstream's files (design: upstream URL with the host as first path segment). */
export async function resolveMirror(
  request: ArtifactRequest,
  network: Network,
  policies: PolicyReleases = POLICY_RELEASES,
): Promise<ArtifactSet> {
  const mirror = requireMirror(request)
  const source = await openMirror(mirror, network)
  refuseUnreachable(source, mirror, request)
  const {versions, notices} = await mirroredVersions(source, request.kubernetesVersion)
  const {cni} = request
  checkPolicies(cni, versions.kubernetes)
  const files = upstreamFiles(versions, request.architecture)
  const imageFiles = expectedImages(source)
  const manifests = cni === undefined ? [] : [expectedManifest(cni, policies)]
  const findings = await checkFiles(source, [...files.map(expected), ...imageFiles, ...manifests], {
    cache: request.cache,
    signal: request.signal,
    onHash: item => {
      request.onProgress({item, activity: 'verifying', done: 0, total: 1, unit: 'files'})
    },
  })
  const problems = findings.flatMap(finding => ('problem' in finding ? [finding.problem] : []))
  const binaries = files.flatMap((file, i) => verified(findings[i]).map(found => ({file, found})))
  const archives = findings.slice(files.length, files.length + imageFiles.length).flatMap(verified)

  // An image's name is inside its archive, so archives are read here, whoever fetches them later.
  const localImages = await inParallel(archives, DOWNLOADS_AT_ONCE, async found => ({
    ...found,
    local: await localCopy(source, found, request, network),
  }))
  const {architecture, cache, cacheServer, onlyLook, signal} = request
  const server = onlyLook ? undefined : cacheServer
  const kept = server && registryDirectory(server.directory)
  const read = await readImages(localImages, {architecture, cache, registry: kept, signal})
  const images = chooseImages(read, upstreamImages(versions))
  const {pause, check} = images.images
  problems.push(...imageProblems(source, images.missing, architecture))
  const policy = cni && (await mirroredEngine(source, cni, read, policies))
  if (policy) problems.push(...policy.problems)
  const lacking = request.addons?.filter(name => images.images[name] === undefined) ?? []
  if (problems.length === 0 && lacking.length > 0)
    throw addonImagesMissing(lacking, `no archive in ${source.locate('images/')} has its image`)
  if (problems.length > 0 || pause === undefined || check === undefined) throw mirrorError(mirror, problems)

  const place = async (found: VerifiedFile) => placed(source, found, request, network)
  const artifacts = await inParallel(binaries, DOWNLOADS_AT_ONCE, async ({file, found}): Promise<Artifact> => {
    const {name, version, install, roles} = file
    return {name, version, origin: source.locate(found.path), install, roles, ...(await place(found))}
  })
  // Whoever can ask the region's registry needs no archive.
  const served = read.map(archive => ({
    ...archive,
    madeOf: [{url: source.locate(archive.path), sha256: archive.sha256}],
  }))
  if (server) await serveImages(server, served)
  const registry = cacheServer && imageRegistry(cacheServer, served)
  const pinned = (reference: string) => (registry ? pinnedBy(registry, reference) : reference)
  const chosen = {...images.images, pause, check}
  const imported = await inParallel(registry ? [] : archives, DOWNLOADS_AT_ONCE, async (found): Promise<Artifact> => ({
    ...imageArtifact(found.path),
    origin: source.locate(found.path),
    ...(await place(found)),
  }))
  const {kubernetes, etcd, containerd, runc} = versions
  return {
    source: 'mirror',
    architecture,
    versions: {kubernetes, etcd, containerd, runc, cni: versions.cni},
    artifacts: [...artifacts, ...imported],
    images: registry ? allPinnedBy(registry, chosen) : chosen,
    ...(registry && {imageRegistry: registry}),
    ...(policy?.engine && {policyEngine: {...policy.engine, image: pinned(policy.engine.image)}}),
    notices: images.images.coredns === undefined ? [...notices, noCoredns(source)] : notices,
  }
}

function expected(file: UpstreamFile): ExpectedFile {
  const path = (url: string) => url.replace('https://', '')
  return {
    name: file.name,
    path: path(file.url),
    upstream: file.url,
    checksumPath: path(file.checksumUrl),
    optional: file.optional,
    checksumOptional: false,
  }
}

function verified(finding: Finding | undefined): VerifiedFile[] {
  return finding && 'file' in finding ? [finding.file] : []
}

function imageProblems(source: MirrorSource, missing: readonly string[], architecture: string): Problem[] {
  const wanted: Record<string, string> = {
    pause: `an image named pause for ${architecture} (the sandbox of every pod)`,
    check: `an image named busybox for ${architecture} (khw checks the cluster with it)`,
  }
  return missing.flatMap(name => {
    const what = wanted[name]
    if (what === undefined) return []
    const at = source.locate(`images/${name === 'check' ? 'busybox' : name}.tar`)
    const published = source.kind === 'url' ? ' (a URL needs a .sha256 beside it, or a line in SHA256SUMS)' : ''
    return [
      {
        code: 'ARTIFACT_MISSING' as const,
        what: `no archive in ${source.locate('images/')} has ${what}${published}`,
        fix: `Where there is a registry: docker save -o ${at} with that image, then copy it to the mirror`,
      },
    ]
  })
}

function noCoredns(source: MirrorSource): string {
  return `CoreDNS is skipped: no archive in ${source.locate('images/')} has an image of it.`
}

function requireMirror(request: ArtifactRequest): string {
  if (request.mirror !== undefined && request.mirror !== '') return request.mirror
  throw new KhwError(
    'USAGE',
    '--artifacts mirror needs to know where the mirror is.',
    ['Add --mirror DIR or --mirror URL'],
    {
      exit: 2,
    },
  )
}

/** Machines elsewhere cannot read this machine's directories. */
function refuseUnreachable(source: MirrorSource, mirror: string, request: ArtifactRequest): void {
  if (source.kind === 'url' || request.cacheServer || request.onlyLook) return
  throw new KhwError(
    'USAGE',
    `The nodes cannot read the directory ${mirror}: they are not on this machine.`,
    [
      'Serve the directory by HTTP where the nodes can reach it, and give its URL: --mirror http://HOST/',
      'or try --provider local',
    ],
    {exit: 2},
  )
}
