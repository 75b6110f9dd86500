import {chmod, copyFile, mkdir, readFile, rename, rm, writeFile} from 'node:fs/promises'
import {dirname, join, relative} from 'node:path'
import {KhwError} from '../../errors.js'
import type {ArtifactProgress, ArtifactSet} from '../artifact.js'
import {runCommand} from '../command.js'
import {knownChecksum} from '../files/checksum.js'
import {requireSpace} from '../files/disk.js'
import {withLock} from '../files/lock.js'
import {BUSYBOX_IMAGES, busyboxImage} from '../images/busybox-image.js'
import type {Network} from '../net/network.js'
import {sharedSignal} from '../net/shared-signal.js'
import type {ArtifactRequest, CacheServer} from '../request.js'
import {openApt, type ArchiveFile} from './apt.js'
import {
  BUILD_BYTES,
  BUILD_RECIPE,
  buildKubernetes,
  DEBIAN_KUBERNETES_VERSION,
  isBuilt,
  KUBERNETES_BINARIES,
} from './kubernetes-build.js'
import {BUSYBOX_PACKAGE, PACKAGED_BINARIES, TOOLCHAIN_PACKAGES, versionsOf} from './packages.js'
import {readCachedSet, writeCachedSet, type CachedArtifact, type CachedSet} from './record.js'
import {unpackPackages, type Store} from './unpack.js'

/** To be raised when the same packages would give other files. */
const RECIPE = 2

/** Packages, unpacked, in bytes, with a margin. */
const PACKAGES_BYTES = 500_000_000

const NOTICES: readonly string[] = [
  `Kubernetes ${DEBIAN_KUBERNETES_VERSION} and its companions come from Debian 12: they are from 2021 to 2023 and out of upstream support. Use them to rehearse, not to serve.`,
  'CoreDNS is skipped: Debian has no image of it. Services are reached by address, not by name.',
]

/**
 * Artifacts from Debian 12's archive alone: packages as they are, Kubernetes built from its source package, one image
 * around busybox. The first run takes minutes, later ones answer from the cache.
 */
export async function resolveDebian(request: ArtifactRequest, network: Network): Promise<ArtifactSet> {
  const server = requireServer(request)
  refuseOtherVersions(request.kubernetesVersion)
  const {architecture, cache, signal} = request
  const directory = join(cache, 'artifacts', 'debian', architecture)
  const cached = await readCachedSet(directory, RECIPE, server)
  if (cached) return setOf(request, cached.set, cached.artifacts)

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
  return setOf(request, made.set, made.artifacts)
}

function setOf(request: ArtifactRequest, set: CachedSet, artifacts: ArtifactSet['artifacts']): ArtifactSet {
  const {versions, images} = set
  return {source: 'debian', architecture: request.architecture, versions, images, artifacts, notices: NOTICES}
}

async function makeSet(
  {directory, kubernetes}: {readonly directory: string; readonly kubernetes: string},
  request: ArtifactRequest,
  network: Network,
): Promise<CachedSet> {
  const work = join(request.cache, 'build', `debian-${request.architecture}`)
  // If one part fails, the others are stopped (what they have is kept) before the failure is told.
  const stop = new AbortController()
  const signal = sharedSignal(request.signal, stop.signal)
  const apt = await openApt(join(work, 'apt'), request.architecture, {...network, signal})
  const store: Store = {directory: join(work, 'downloads'), network: apt.network, onProgress: request.onProgress}
  const names = [...new Set(PACKAGED_BINARIES.map(binary => binary.package))]
  const [packages, toolchain, busybox, source] = await Promise.all([
    apt.packages(names),
    apt.packages(TOOLCHAIN_PACKAGES),
    apt.packages([BUSYBOX_PACKAGE]),
    apt.source('kubernetes'),
  ])
  const jobs = [
    packagedArtifacts(directory, packages, store),
    imageArtifact(directory, busybox, request, store),
    buildKubernetes(kubernetes, join(work, 'kubernetes'), {source, toolchain}, store),
  ] as const
  for (const job of jobs) {
    job.catch((error: unknown) => {
      stop.abort(error)
    })
  }
  await Promise.allSettled(jobs)
  signal.throwIfAborted()
  const [packaged, image] = await Promise.all(jobs)
  const built = await kubernetesArtifacts(directory, kubernetes, request.onProgress)
  await rm(work, {recursive: true, force: true})
  const version = (name: string) => packaged.find(artifact => artifact.name === name)?.version ?? ''
  return {
    recipe: RECIPE,
    versions: {
      kubernetes: DEBIAN_KUBERNETES_VERSION,
      etcd: version('etcd'),
      containerd: version('containerd'),
      runc: version('runc'),
      cni: version('cni-bridge'),
    },
    images: BUSYBOX_IMAGES,
    artifacts: [...built, ...packaged, image],
  }
}

async function packagedArtifacts(
  directory: string,
  files: readonly ArchiveFile[],
  store: Store,
): Promise<CachedArtifact[]> {
  const artifacts = await Promise.all(
    [...new Set(PACKAGED_BINARIES.map(binary => binary.package))].map(async name => {
      const archive = files.find(file => file.fileName.startsWith(`${name}_`))
      if (!archive) throw missingPackage(name)
      const {upstream, debian} = versionsOf(archive.fileName)
      const unpacked = join(store.directory, name)
      await unpackPackages([archive], unpacked, store)
      const binaries = PACKAGED_BINARIES.filter(binary => binary.package === name)
      return Promise.all(
        binaries.map(async binary => {
          const file = join(directory, `${name}-${upstream}`, binary.source.split('/').at(-1) ?? binary.name)
          await install(join(unpacked, binary.source), file)
          return {
            name: binary.name,
            version: upstream,
            origin: `Debian 12: ${name} ${debian}`,
            file: relative(directory, file),
            sha256: await checksumOf(file),
            install: {kind: 'binary' as const, path: binary.path},
            roles: binary.roles,
          }
        }),
      )
    }),
  )
  return artifacts.flat()
}

async function kubernetesArtifacts(
  directory: string,
  built: string,
  onProgress: (progress: ArtifactProgress) => void,
): Promise<CachedArtifact[]> {
  let done = 0
  const total = KUBERNETES_BINARIES.length
  return Promise.all(
    KUBERNETES_BINARIES.map(async ([name, roles]) => {
      const file = join(built, name)
      const sha256 = await checksumOf(file)
      onProgress({item: 'Kubernetes', activity: 'verifying', done: ++done, total, unit: 'files'})
      return {
        name,
        version: DEBIAN_KUBERNETES_VERSION,
        origin: `built from Debian 12's source package kubernetes (${DEBIAN_KUBERNETES_VERSION})`,
        file: relative(directory, file),
        sha256,
        install: {kind: 'binary' as const, path: `/usr/local/bin/${name}`},
        roles,
      }
    }),
  )
}

async function imageArtifact(
  directory: string,
  files: readonly ArchiveFile[],
  request: ArtifactRequest,
  store: Store,
): Promise<CachedArtifact> {
  const archive = files[0]
  if (!archive) throw missingPackage(BUSYBOX_PACKAGE)
  const unpacked = join(store.directory, BUSYBOX_PACKAGE)
  await unpackPackages([archive], unpacked, store)
  const busybox = join(unpacked, 'bin', 'busybox')
  const applets = (await runCommand(busybox, ['--list'], {signal: store.network.signal})).trim().split('\n')
  const {upstream, debian} = versionsOf(archive.fileName)
  const file = join(directory, `busybox-${upstream}`, 'busybox.tar')
  await mkdir(dirname(file), {recursive: true})
  await writeFile(`${file}.partial`, await busyboxImage(request.architecture, await readFile(busybox), applets))
  await rename(`${file}.partial`, file)
  return {
    name: 'image-busybox',
    version: upstream,
    origin: `built around Debian 12's ${BUSYBOX_PACKAGE} ${debian}`,
    file: relative(directory, file),
    sha256: await checksumOf(file),
    install: {kind: 'image', path: '/var/lib/khw/images/busybox.tar'},
    roles: ['worker'],
  }
}

async function install(source: string, file: string): Promise<void> {
  await mkdir(dirname(file), {recursive: true})
  await copyFile(source, `${file}.partial`)
  await chmod(`${file}.partial`, 0o755)
  await rename(`${file}.partial`, file)
}

async function checksumOf(file: string): Promise<string> {
  const known = await knownChecksum(file)
  if (!known) throw new Error(`${file} was not made`)
  return known.sha256
}

function missingPackage(name: string): KhwError {
  return new KhwError('ARTIFACT_MISSING', `Debian 12's archive has no package ${name}.`, [
    'Check that apt-get update works on this machine',
    'or try --artifacts upstream',
  ])
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

function refuseOtherVersions(version: string | undefined): void {
  const wanted = version?.replace(/^v/, '')
  if (wanted === undefined || wanted === DEBIAN_KUBERNETES_VERSION || wanted === '1.20') return
  throw new KhwError(
    'VERSION_UNSUPPORTED',
    `--artifacts debian has Kubernetes ${DEBIAN_KUBERNETES_VERSION} only, not ${wanted}.`,
    [`Try --kubernetes-version ${DEBIAN_KUBERNETES_VERSION}`, `or --artifacts upstream --kubernetes-version ${wanted}`],
    {exit: 2},
  )
}
