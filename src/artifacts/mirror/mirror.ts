import {constants, copyFile, link, mkdir, rename, rm, stat} from 'node:fs/promises'
import {basename, dirname, join} from 'node:path'
import {KhwError} from '../../errors.js'
import {addonImagesMissing} from '../addon-images.js'
import type {Artifact, ArtifactSet} from '../artifact.js'
import {checkPolicies} from '../check-policies.js'
import {cacheUrl} from '../files/cached.js'
import {rememberChecksum} from '../files/checksum.js'
import {diskFull, isDiskFull} from '../files/disk.js'
import {download} from '../net/download.js'
import type {Network} from '../net/network.js'
import {inParallel} from '../../parallel.js'
import type {ArtifactRequest} from '../request.js'
import {POLICY_RELEASES, type PolicyReleases} from '../upstream/network-policies.js'
import {upstreamFiles, type UpstreamFile} from '../upstream/catalog.js'
import {upstreamImages} from '../upstream/images.js'
import {checkFiles, mirrorError, type ExpectedFile, type Finding, type Problem, type VerifiedFile} from './check.js'
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
    path: found.path,
    local: await localCopy(source, found, request, network),
  }))
  const read = await readImages(localImages, request.signal)
  const images = chooseImages(read, upstreamImages(versions))
  const {pause, check} = images.images
  problems.push(...imageProblems(source, images.missing))
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
  const imported = await inParallel(archives, DOWNLOADS_AT_ONCE, async (found): Promise<Artifact> => ({
    ...imageArtifact(found.path),
    origin: source.locate(found.path),
    ...(await place(found)),
  }))
  const {kubernetes, etcd, containerd, runc} = versions
  return {
    source: 'mirror',
    architecture: request.architecture,
    versions: {kubernetes, etcd, containerd, runc, cni: versions.cni},
    artifacts: [...artifacts, ...imported],
    images: {...images.images, pause, check},
    ...(policy?.engine && {policyEngine: policy.engine}),
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

/** Where nodes find a verified file. */
async function placed(
  source: MirrorSource,
  found: VerifiedFile,
  request: ArtifactRequest,
  network: Network,
): Promise<Pick<Artifact, 'url' | 'sha256' | 'bytes'>> {
  const {sha256} = found
  if (!request.cacheServer || request.onlyLook) return {url: source.locate(found.path), sha256}
  const copy = await localCopy(source, found, request, network, 'in the cache')
  return {url: cacheUrl(request.cacheServer, copy), sha256, bytes: (await stat(copy)).size}
}

/** A file of the mirror on this machine: in a directory it is already, unless it must be in the cache to be served. */
async function localCopy(
  source: MirrorSource,
  found: VerifiedFile,
  request: ArtifactRequest,
  network: Network,
  where: 'anywhere' | 'in the cache' = 'anywhere',
): Promise<string> {
  const location = source.locate(found.path)
  if (source.kind === 'directory' && where === 'anywhere') return location
  // By content: what running clusters fetch stays as it was when a mirror changes.
  const destination = join(request.cache, 'artifacts', 'mirror', found.sha256, basename(found.path))
  if (source.kind === 'url') {
    const item = basename(found.path)
    await download({url: location, sha256: found.sha256, destination, item}, {network, onProgress: request.onProgress})
  } else {
    await linkOrCopy(location, destination, found)
  }
  return destination
}

async function linkOrCopy(location: string, destination: string, found: VerifiedFile): Promise<void> {
  const there = await stat(destination).catch(() => undefined)
  if (there?.size === found.bytes) return
  await mkdir(dirname(destination), {recursive: true})
  const partial = `${destination}.partial`
  await rm(partial, {force: true})
  try {
    await link(location, partial)
  } catch {
    // Another file system, or one without hard links.
    try {
      await copyFile(location, partial, constants.COPYFILE_FICLONE)
    } catch (error) {
      await rm(partial, {force: true})
      throw isDiskFull(error) ? diskFull(dirname(destination), found.bytes, error) : error
    }
  }
  await rename(partial, destination)
  await rememberChecksum(destination, found.sha256)
}

function imageProblems(source: MirrorSource, missing: readonly string[]): Problem[] {
  const wanted: Record<string, string> = {
    pause: 'an image named pause (the sandbox of every pod)',
    check: 'an image named busybox (khw checks the cluster with it)',
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
