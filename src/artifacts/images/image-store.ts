import {mkdir, readFile, rename, rm, stat} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import type {Architecture} from '../../cluster/spec.js'
import {messageOf} from '../../errors.js'
import {blobPath, manifestLink, registryDirectory} from '../../registry-layout.js'
import {writeFileAtomically} from '../../write-file.js'
import {diskFull, isDiskFull} from '../files/disk.js'
import {withLock} from '../files/lock.js'
import type {CacheServer} from '../request.js'
import {archiveMembers, type ArchiveMembers} from './archive-members.js'
import type {ArchivedImage} from './archived-image.js'
import {imagesIn, notAnImage} from './archived-images.js'

/** What is remembered of an archive, so that it is read once. */
interface Record {
  readonly images: readonly ArchivedImage[]
  /** Bytes of everything that the images are made of, by digest. */
  readonly sizes: Readonly<{[digest: string]: number}>
}

export interface ReadOptions {
  readonly architecture: Architecture
  /** The cache directory. */
  readonly cache: string
  /** Its images are put where the region's registry finds them; undefined: it is only read. */
  readonly server: CacheServer | undefined
  readonly signal: AbortSignal
}

/** To be raised when the same archive would be read otherwise. */
const VERSION = 1

/**
 * The images of an archive of that checksum, each whole; with a `server`, its registry has them when this resolves. Safe
 * beside others that do the same; what is there already is neither read nor written again. Throws ARTIFACT_CHECKSUM if
 * the file is no image archive, and DISK_FULL.
 */
export async function imagesOf(
  archive: {readonly path: string; readonly sha256: string},
  {architecture, cache, server, signal}: ReadOptions,
): Promise<readonly ArchivedImage[]> {
  const registry = server && registryDirectory(server.directory)
  const directory = join(cache, 'artifacts', 'images')
  const record = join(directory, `${archive.sha256}-${architecture}-${VERSION}.json`)
  const known = await whole(record, registry)
  if (known) {
    if (registry !== undefined) await linkManifests(registry, known.images)
    return known.images
  }
  return withLock(join(directory, `${archive.sha256}.lock`), {signal}, async () => {
    const keepIn = registry && join(registry, '_incoming', archive.sha256)
    // What one that was killed has left.
    if (keepIn !== undefined) await rm(keepIn, {recursive: true, force: true})
    try {
      if (keepIn !== undefined) await mkdir(keepIn, {recursive: true})
      const members = await read(archive.path, keepIn, signal)
      const images = imagesIn(archive.path, members, architecture)
      if (registry !== undefined && keepIn !== undefined) await store(registry, keepIn, images)
      await writeFileAtomically(
        record,
        JSON.stringify({images, sizes: sizesOf(images, members)} satisfies Record),
        0o644,
      )
      return images
    } catch (error) {
      throw isDiskFull(error) ? diskFull(registry ?? cache, undefined, error) : error
    } finally {
      if (keepIn !== undefined) await rm(keepIn, {recursive: true, force: true})
    }
  })
}

async function read(path: string, keepIn: string | undefined, signal: AbortSignal): Promise<ArchiveMembers> {
  try {
    return await archiveMembers(path, {keepIn, signal})
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof Error && 'code' in error ? error : notAnImage(path, messageOf(error))
  }
}

async function store(registry: string, keepIn: string, images: readonly ArchivedImage[]): Promise<void> {
  await mkdir(dirname(blobPath(registry, 'sha256:x')), {recursive: true})
  for (const digest of new Set(images.flatMap(({made, blobs, manifests}) => [...blobs, ...(made ? [] : manifests)])))
    await rename(join(keepIn, digest.replace('sha256:', '')), blobPath(registry, digest))
  for (const {made, digest} of images)
    if (made !== undefined) await writeFileAtomically(blobPath(registry, digest), made, 0o644)
  await linkManifests(registry, images)
}

/** Last: what a link leads to is there. */
async function linkManifests(registry: string, images: readonly ArchivedImage[]): Promise<void> {
  for (const {names, digest, manifests} of images) {
    for (const {repository, tag} of names) {
      for (const each of manifests) await link(manifestLink(registry, repository, each), each)
      if (tag !== undefined) await link(manifestLink(registry, repository, tag), digest)
    }
  }
}

async function link(path: string, digest: string): Promise<void> {
  if ((await readFile(path, 'utf8').catch(() => '')) === digest) return
  await mkdir(dirname(path), {recursive: true})
  await writeFileAtomically(path, digest, 0o644)
}

function sizesOf(images: readonly ArchivedImage[], members: ArchiveMembers): Record['sizes'] {
  const bytes = new Map([...members.values()].map(member => [member.digest, member.bytes]))
  const sizes = images.flatMap(({manifests, blobs, digest, made}) =>
    [...manifests, ...blobs].map(each => {
      const own = each === digest && made !== undefined ? Buffer.byteLength(made) : bytes.get(each)
      return [each, own ?? 0] as const
    }),
  )
  return Object.fromEntries(sizes)
}

/** The record, if there is one and the registry has all that it says. */
async function whole(path: string, registry: string | undefined): Promise<Record | undefined> {
  let record: Record
  try {
    // Written by this module only.
    record = JSON.parse(await readFile(path, 'utf8')) as Record
  } catch {
    return undefined
  }
  if (registry === undefined) return record
  const there = await Promise.all(
    Object.entries(record.sizes).map(async ([digest, bytes]) => {
      const found = await stat(blobPath(registry, digest)).catch(() => undefined)
      return found?.size === bytes
    }),
  )
  return there.every(Boolean) ? record : undefined
}
