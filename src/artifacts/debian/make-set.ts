import {chmod, copyFile, mkdir, readFile, rename, rm, writeFile} from 'node:fs/promises'
import {dirname, join, relative} from 'node:path'
import {KhwError} from '../../errors.js'
import type {ArtifactProgress, PublishedFile} from '../artifact.js'
import {runCommand} from '../command.js'
import {knownChecksum} from '../files/checksum.js'
import {BUSYBOX_IMAGES, BUSYBOX_VERSION, busyboxImage} from '../images/busybox-image.js'
import type {Network} from '../net/network.js'
import {sharedSignal} from '../net/shared-signal.js'
import type {ArtifactRequest} from '../request.js'
import {openApt, type ArchiveFile} from './apt.js'
import {buildKubernetes, DEBIAN_KUBERNETES_VERSION, KUBERNETES_BINARIES} from './kubernetes-build.js'
import {BUSYBOX_PACKAGE, PACKAGED_BINARIES, TOOLCHAIN_PACKAGES, versionsOf} from './packages.js'
import type {CachedArtifact, CachedImage, CachedSet} from './record.js'
import {unpackPackages, type Store} from './unpack.js'

/** To be raised when the same packages would give other files. */
export const RECIPE = 4

/** Where a set is made. */
export interface SetPlace {
  readonly directory: string
  /** The directory of the built Kubernetes. */
  readonly kubernetes: string
}

/**
 * Fetches the packages, builds Kubernetes and the image, side by side. Throws the first failure once all have ended;
 * what they had done is kept for the next run.
 */
export async function makeSet(
  {directory, kubernetes}: SetPlace,
  request: ArtifactRequest,
  network: Network,
): Promise<CachedSet> {
  const work = join(request.cache, 'build', `debian-${request.architecture}`)
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
  const built = await kubernetesArtifacts(
    directory,
    kubernetes,
    published([...source, ...toolchain]),
    request.onProgress,
  )
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
    image,
    artifacts: [...built, ...packaged],
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
            madeOf: published([archive]),
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
  madeOf: readonly PublishedFile[],
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
        madeOf,
      }
    }),
  )
}

async function imageArtifact(
  directory: string,
  files: readonly ArchiveFile[],
  request: ArtifactRequest,
  store: Store,
): Promise<CachedImage> {
  const archive = files[0]
  if (!archive) throw missingPackage(BUSYBOX_PACKAGE)
  const unpacked = join(store.directory, BUSYBOX_PACKAGE)
  await unpackPackages([archive], unpacked, store)
  const busybox = join(unpacked, 'bin', 'busybox')
  const applets = (await runCommand(busybox, ['--list'], {signal: store.network.signal})).trim().split('\n')
  const {upstream} = versionsOf(archive.fileName)
  // Its version is in the name: an older khw that shares the cache keeps its own.
  const file = join(directory, `busybox-${upstream}`, `image-${BUSYBOX_VERSION}.tar`)
  await mkdir(dirname(file), {recursive: true})
  await writeFile(`${file}.partial`, await busyboxImage(request.architecture, await readFile(busybox), applets))
  await rename(`${file}.partial`, file)
  return {file: relative(directory, file), sha256: await checksumOf(file), madeOf: published([archive])}
}

function published(files: readonly ArchiveFile[]): PublishedFile[] {
  return files.map(({url, sha256}) => ({url, sha256}))
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
