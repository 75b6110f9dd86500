import {mkdir, readFile} from 'node:fs/promises'
import {join} from 'node:path'
import type {Artifact, ArtifactSet, PublishedFile} from '../artifact.js'
import {cacheUrl} from '../files/cached.js'
import {knownChecksum} from '../files/checksum.js'
import {writeFileAtomically} from '../../write-file.js'
import type {CacheServer} from '../request.js'

/** An artifact as the cache has it: a file instead of a URL. */
export type CachedArtifact = Omit<Artifact, 'url' | 'bytes'> & {
  /** Relative to the directory of the record. */
  readonly file: string
}

/** The archive of its images. */
export interface CachedImage {
  /** Relative to the directory of the record. */
  readonly file: string
  readonly sha256: string
  readonly madeOf: readonly PublishedFile[]
}

/** A complete set in the cache, remembered so that the next run needs no network and no hashing. */
export interface CachedSet {
  /** Changes with what khw makes of the packages: another recipe is made anew. */
  readonly recipe: number
  readonly versions: ArtifactSet['versions']
  /** By tag. */
  readonly images: ArtifactSet['images']
  readonly image: CachedImage
  readonly artifacts: readonly CachedArtifact[]
}

/** The set of `directory`, if it is complete, of this recipe, and every file is as it was when it was recorded. */
export async function readCachedSet(
  directory: string,
  recipe: number,
  server: CacheServer,
): Promise<{readonly set: CachedSet; readonly artifacts: readonly Artifact[]} | undefined> {
  const set = await readRecord(recordIn(directory, recipe))
  if (set?.recipe !== recipe) return undefined
  if ((await knownChecksum(join(directory, set.image.file)))?.sha256 !== set.image.sha256) return undefined
  const artifacts = await Promise.all(set.artifacts.map(artifact => served(artifact, directory, server)))
  const present = artifacts.filter(artifact => artifact !== undefined)
  return present.length === artifacts.length ? {set, artifacts: present} : undefined
}

export async function writeCachedSet(directory: string, set: CachedSet): Promise<void> {
  await mkdir(directory, {recursive: true})
  await writeFileAtomically(recordIn(directory, set.recipe), JSON.stringify(set, undefined, 2), 0o644)
}

async function served(cached: CachedArtifact, directory: string, server: CacheServer): Promise<Artifact | undefined> {
  const {file, ...artifact} = cached
  const path = join(directory, file)
  const known = await knownChecksum(path)
  if (known?.sha256 !== cached.sha256) return undefined
  return {...artifact, url: cacheUrl(server, path), bytes: known.bytes}
}

/** By recipe: an older khw that shares the cache keeps its own. */
function recordIn(directory: string, recipe: number): string {
  return join(directory, `set-${recipe}.json`)
}

async function readRecord(record: string): Promise<CachedSet | undefined> {
  try {
    // Written by this module only, and every file in it is checked before it is used.
    return JSON.parse(await readFile(record, 'utf8')) as CachedSet
  } catch {
    return undefined
  }
}
