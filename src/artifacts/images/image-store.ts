import {mkdir, readFile, rename, rm, stat} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import type {Architecture} from '../../cluster/spec.js'
import {messageOf} from '../../errors.js'
import {blobPath} from '../../registry-layout.js'
import {writeFileAtomically} from '../../write-file.js'
import {diskFull, isDiskFull} from '../files/disk.js'
import {withLock} from '../files/lock.js'
import {archiveMembers, type ArchiveMembers} from './archive-members.js'
import type {ArchivedImage} from './archived-image.js'
import {imagesIn, notAnImage} from './archived-images.js'

/** What is remembered of an archive, so that it is read once. */
interface Remembered {
  readonly images: readonly ArchivedImage[]
  /** Bytes of everything that the images are made of, by digest. */
  readonly sizes: Readonly<{[digest: string]: number}>
}

export interface ReadOptions {
  readonly architecture: Architecture
  /** The cache directory. */
  readonly cache: string
  /** The directory of a registry, for which what images are made of is kept; undefined: the archive is only read. */
  readonly registry: string | undefined
  readonly signal: AbortSignal
}

/** To be raised when the same archive would be read otherwise. */
const VERSION = 1

/**
 * The images of an archive of that checksum, each whole; a `registry` has all of their manifests, configurations and layers
 * when this resolves. Safe beside others that do the same; what is there already is neither read nor written again. Throws
 * ARTIFACT_CHECKSUM if the file is no image archive, and DISK_FULL.
 */
export async function imagesOf(
  archive: {readonly path: string; readonly sha256: string},
  {architecture, cache, registry, signal}: ReadOptions,
): Promise<readonly ArchivedImage[]> {
  const directory = join(cache, 'artifacts', 'images')
  const record = join(directory, `${archive.sha256}-${architecture}-${VERSION}.json`)
  const known = await whole(record, registry)
  if (known) return known.images
  return withLock(join(directory, `${archive.sha256}.lock`), {signal}, async () => {
    // Whoever held the lock meanwhile may have done it.
    const done = await whole(record, registry)
    if (done) return done.images
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
        JSON.stringify({images, sizes: sizesOf(images, members)} satisfies Remembered),
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
}

function sizesOf(images: readonly ArchivedImage[], members: ArchiveMembers): Remembered['sizes'] {
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
async function whole(path: string, registry: string | undefined): Promise<Remembered | undefined> {
  let record: Remembered
  try {
    // Written by this module only.
    record = JSON.parse(await readFile(path, 'utf8')) as Remembered
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
