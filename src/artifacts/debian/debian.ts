import {join} from 'node:path'
import {KhwError} from '../../errors.js'
import type {Architecture} from '../../cluster/spec.js'
import {addonImagesMissing} from '../addon-images.js'
import {SUPPORTED_MINORS} from '../../kubernetes/component-versions.js'
import {registryDirectory} from '../../registry-layout.js'
import type {ArtifactSet} from '../artifact.js'
import {noPoliciesFromDebian} from '../check-policies.js'
import {requireSpace} from '../files/disk.js'
import {withLock} from '../files/lock.js'
import {imagesOf} from '../images/image-store.js'
import {allPinnedBy, imageRegistry, serveImages} from '../images/served-images.js'
import type {Network} from '../net/network.js'
import type {ArtifactRequest, CacheServer} from '../request.js'
import {BUILD_BYTES, BUILD_RECIPE, DEBIAN_KUBERNETES_VERSION, isBuilt} from './kubernetes-build.js'
import {makeSet, RECIPE} from './make-set.js'
import {readCachedSet, writeCachedSet, type CachedSet} from './record.js'

/** Packages, unpacked, in bytes, with a margin. */
const PACKAGES_BYTES = 500_000_000

/** What is to be known of a cluster that is made of them. */
export const NOTICES: readonly string[] = [
  `Kubernetes ${DEBIAN_KUBERNETES_VERSION} and its companions come from Debian 12: they are from 2021 to 2023 and out of upstream support. Use them to rehearse, not to serve.`,
  'CoreDNS is skipped: Debian has no image of it. Services are reached by address, not by name.',
]

/**
 * Artifacts from Debian 12's archive alone: packages as they are, Kubernetes built from its source package, one image
 * around busybox. The first run takes minutes, later ones answer from the cache.
 */
export async function resolveDebian(request: ArtifactRequest, network: Network): Promise<ArtifactSet> {
  if (request.cni !== undefined) throw noPoliciesFromDebian(request.cni)
  const server = requireServer(request)
  refuseOtherVersions(request.kubernetesVersion)
  refuseOtherArchitectures(request.architecture)
  refuseAddons(request.addons)
  const {architecture, cache, signal} = request
  const directory = directoryOf(cache, architecture)
  const cached = await readCachedSet(directory, RECIPE, server)
  if (cached) return setOf({directory, server}, request, cached)
  if (request.onlyLook) throw notMade()

  const kubernetes = join(directory, `kubernetes-${DEBIAN_KUBERNETES_VERSION}-${BUILD_RECIPE}`)
  await requireSpace(cache, (await isBuilt(kubernetes)) ? PACKAGES_BYTES : BUILD_BYTES)
  await withLock(
    join(cache, 'artifacts', `debian-${architecture}.lock`),
    {
      signal,
      onWait: () => {
        request.onProgress({
          item: 'another khw that makes the same files',
          activity: 'building',
          done: 0,
          unit: 'files',
        })
      },
    },
    async () => {
      if (await readCachedSet(directory, RECIPE, server)) return
      await writeCachedSet(directory, await makeSet({directory, kubernetes}, request, network))
    },
  )
  const made = await readCachedSet(directory, RECIPE, server)
  if (!made) throw new Error(`${directory} is not what was written to it`)
  return setOf({directory, server}, request, made)
}

function directoryOf(cache: string, architecture: Architecture): string {
  return join(cache, 'artifacts', 'debian', architecture)
}

/** Whether the cache has all of it, so that nothing is to be built or fetched. */
export async function isMade(server: CacheServer, architecture: Architecture): Promise<boolean> {
  return (await readCachedSet(directoryOf(server.directory, architecture), RECIPE, server)) !== undefined
}

async function setOf(
  {directory, server}: {readonly directory: string; readonly server: CacheServer},
  {architecture, cache, onlyLook, signal}: ArtifactRequest,
  {set, artifacts}: {readonly set: CachedSet; readonly artifacts: ArtifactSet['artifacts']},
): Promise<ArtifactSet> {
  const {versions, images, image} = set
  const archive = {path: join(directory, image.file), sha256: image.sha256}
  const kept = onlyLook ? undefined : registryDirectory(server.directory)
  const found = await imagesOf(archive, {architecture, cache, registry: kept, signal})
  const read = [{...image, images: found}]
  if (!onlyLook) await serveImages(server, read)
  const registry = imageRegistry(server, read)
  return {
    source: 'debian',
    architecture,
    versions,
    images: allPinnedBy(registry, images),
    imageRegistry: registry,
    artifacts,
    notices: NOTICES,
  }
}

function notMade(): KhwError {
  return new KhwError(
    'ARTIFACT_MISSING',
    `What --artifacts debian gives is not made yet: the first create builds Kubernetes ${DEBIAN_KUBERNETES_VERSION} on this machine, in some minutes.`,
    ['khw create --provider local --artifacts debian'],
  )
}

function requireServer(request: ArtifactRequest): CacheServer {
  if (request.cacheServer) return request.cacheServer
  throw new KhwError(
    'USAGE',
    '--artifacts debian is for --provider local: machines elsewhere cannot fetch what is built on this machine.',
    ['Try --artifacts upstream', 'or --provider local --artifacts debian'],
    {exit: 2},
  )
}

/** The build runs what it compiles with: Go and busybox of the wanted architecture. */
function refuseOtherArchitectures(architecture: Architecture): void {
  const own = process.arch === 'x64' ? 'amd64' : process.arch
  if (architecture === own) return
  throw new KhwError(
    'USAGE',
    `--artifacts debian builds for this machine's architecture (${own}), not for ${architecture}.`,
    ['Try --artifacts upstream', `or run khw on a machine with ${architecture}`],
    {exit: 2},
  )
}

/** Throws ARTIFACT_MISSING: Debian packages programs, not images of them. */
export function refuseAddons(addons: ArtifactRequest['addons'] = []): void {
  if (addons.length > 0) throw addonImagesMissing(addons, 'Debian has no image of it')
}

/** Throws VERSION_UNSUPPORTED for anything but the one release that Debian has the source of. */
export function refuseOtherVersions(version: string | undefined): void {
  const wanted = version?.replace(/^v/, '')
  if (wanted === undefined || wanted === DEBIAN_KUBERNETES_VERSION || wanted === '1.20') return
  const elsewhere = SUPPORTED_MINORS.includes(/^1\.\d+/.exec(wanted)?.[0] ?? '')
  throw new KhwError(
    'VERSION_UNSUPPORTED',
    `--artifacts debian has Kubernetes ${DEBIAN_KUBERNETES_VERSION} only, not ${wanted}.`,
    [
      `Try --kubernetes-version ${DEBIAN_KUBERNETES_VERSION}`,
      ...(elsewhere ? [`or --artifacts upstream --kubernetes-version ${wanted}`] : []),
    ],
    {exit: 2},
  )
}
