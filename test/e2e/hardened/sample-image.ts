import {execFileSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import type {ArtifactSet} from '../../../src/artifacts/artifact.js'
import {imageArchive} from '../../../src/artifacts/images/image-archive.js'
import {imagesOf} from '../../../src/artifacts/images/image-store.js'
import {linkImages} from '../../../src/artifacts/images/served-images.js'
import {homeOf} from '../../../src/cluster/home.js'
import {registryDirectory} from '../../../src/registry-layout.js'
import type {TarEntry} from '../../../src/tar.js'
import {ARCHITECTURE, buildSampleApiserver, SAMPLE_APISERVER} from '../sample-apiserver.js'

export const SAMPLE_IMAGE = 'khw.local/sample-apiserver:1'

/**
 * Lets the region's registry have it, for clusters of these artifacts: as if it were among the archives of their mirror. It
 * stays in the cache, as what it is made of does.
 */
export async function serveSampleImage({imageRegistry}: ArtifactSet): Promise<void> {
  const {cache} = homeOf()
  const space = imageRegistry?.url.split('/').at(-1)
  if (space === undefined) throw new Error('the nodes of this cluster have no registry in the region')
  const directory = mkdtempSync(join(tmpdir(), 'khw-image-'))
  try {
    const path = join(directory, 'sample-apiserver.tar')
    const content = await sampleImage()
    writeFileSync(path, content)
    const archive = {path, sha256: createHash('sha256').update(content).digest('hex')}
    const {signal} = new AbortController()
    const registry = registryDirectory(cache)
    const images = await imagesOf(archive, {architecture: ARCHITECTURE, cache, registry, signal})
    await linkImages(registry, space, images)
  } finally {
    rmSync(directory, {recursive: true})
  }
}

/** Kubernetes' sample-apiserver and the etcd it keeps its objects in, with that one's C library: nothing else is in it. */
async function sampleImage(): Promise<Buffer> {
  await buildSampleApiserver()
  const etcd = cachedEtcd()
  const program = (name: string, path: string): TarEntry => ({
    kind: 'file',
    name,
    mode: 0o755,
    content: readFileSync(path),
  })
  const libraries = [...execFileSync('ldd', [etcd], {encoding: 'utf8'}).matchAll(/(\/\S+) \(0x/g)].map(
    match => match[1] ?? '',
  )
  const folders = new Set(libraries.flatMap(path => ancestorsOf(path.slice(1))))
  return imageArchive({
    architecture: ARCHITECTURE,
    tags: [SAMPLE_IMAGE],
    command: ['/bin/sample-apiserver'],
    environment: ['PATH=/bin'],
    layer: [
      {kind: 'directory', name: 'bin/', mode: 0o755},
      {kind: 'directory', name: 'tmp/', mode: 0o1777},
      ...[...folders].sort().map((name): TarEntry => ({kind: 'directory', name: `${name}/`, mode: 0o755})),
      program('bin/sample-apiserver', SAMPLE_APISERVER),
      program('bin/etcd', etcd),
      ...libraries.map(path => program(path.slice(1), path)),
    ],
  })
}

/** Debian's, as the controllers have it. */
function cachedEtcd(): string {
  const artifacts = join(homeOf().cache, 'artifacts')
  const found = readdirSync(artifacts, {recursive: true, encoding: 'utf8'}).find(path => path.endsWith('/etcd'))
  if (found === undefined) throw new Error(`there is no etcd below ${artifacts}`)
  return join(artifacts, found)
}

function ancestorsOf(path: string): string[] {
  const parent = dirname(path)
  return parent === '.' ? [] : [...ancestorsOf(parent), parent]
}
