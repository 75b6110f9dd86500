import {createHash} from 'node:crypto'
import {mkdir, readFile} from 'node:fs/promises'
import {dirname} from 'node:path'
import {manifestLink, registryDirectory} from '../../registry-layout.js'
import {writeFileAtomically} from '../../write-file.js'
import type {ArtifactSet, PublishedFile} from '../artifact.js'
import type {CacheServer} from '../request.js'
import type {ArchivedImage} from './archived-image.js'
import {referenceOf} from './image-name.js'

type ImageRegistry = NonNullable<ArtifactSet['imageRegistry']>

/** An archive that was read. */
export interface ReadArchive {
  readonly sha256: string
  readonly images: readonly ArchivedImage[]
  /** What is to be said of where they are from. */
  readonly madeOf: readonly PublishedFile[]
}

/**
 * The region's registry as nodes ask it, with all that these archives have; of a name that several have, the first one's.
 * Each set of archives is a name space of its own there, so that what one mirror has under a tag is not given to nodes
 * of another's: `/v2/<set>` is the root of it.
 */
export function imageRegistry(server: CacheServer, archives: readonly ReadArchive[]): ImageRegistry {
  const images = archives.flatMap(({images: all, madeOf}) =>
    all.flatMap(({names, digest}) => names.map(name => ({reference: `${referenceOf(name)}@${digest}`, madeOf}))),
  )
  return {url: `${server.url.replace(/\/+$/, '')}/v2/${setOf(archives)}`, images}
}

/** Lets the registry of the cache have them: their parts are there already (`imagesOf`). Safe beside others. */
export async function serveImages(server: CacheServer, archives: readonly ReadArchive[]): Promise<void> {
  const images = archives.flatMap(archive => archive.images)
  await linkImages(registryDirectory(server.directory), setOf(archives), images)
}

/** Gives images their names in one name space of a registry; the first of several that have the same keeps it. */
export async function linkImages(registry: string, space: string, images: readonly ArchivedImage[]): Promise<void> {
  const links = new Map<string, string>()
  for (const {names, digest, manifests} of images) {
    for (const {repository, tag} of names) {
      const [host = '', ...name] = repository.split('/')
      const there = [host, space, ...name].join('/')
      for (const each of manifests) links.set(manifestLink(registry, there, each), each)
      const path = manifestLink(registry, there, tag ?? digest)
      if (!links.has(path)) links.set(path, digest)
    }
  }
  for (const [path, digest] of links) {
    if ((await readFile(path, 'utf8').catch(() => '')) === digest) continue
    await mkdir(dirname(path), {recursive: true})
    await writeFileAtomically(path, digest, 0o644)
  }
}

/** The reference with the digest of what the registry has: whoever pulls it gets this very content. */
export function pinnedBy({images}: ImageRegistry, reference: string): string {
  return images.find(image => image.reference.startsWith(`${reference}@`))?.reference ?? reference
}

/** All of them with their digests, as far as the registry has them. */
export function allPinnedBy(
  registry: ImageRegistry,
  {pause, check, ...ofAddons}: ArtifactSet['images'],
): ArtifactSet['images'] {
  const pinned = (reference: string): string => pinnedBy(registry, reference)
  const addons = Object.entries(ofAddons).map(([name, reference]) => [name, pinned(reference)] as const)
  return {pause: pinned(pause), check: pinned(check), ...Object.fromEntries(addons)}
}

/** A name for these archives, of the form that a part of a repository's name has. */
function setOf(archives: readonly ReadArchive[]): string {
  const sums = archives.map(({sha256}) => sha256).join()
  return createHash('sha256').update(sums).digest('hex').slice(0, 16)
}
