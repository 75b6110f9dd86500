import {constants, copyFile, link, mkdir, rename, rm, stat} from 'node:fs/promises'
import {basename, dirname, join} from 'node:path'
import type {Artifact} from '../artifact.js'
import {cacheUrl} from '../files/cached.js'
import {rememberChecksum} from '../files/checksum.js'
import {diskFull, isDiskFull} from '../files/disk.js'
import {download} from '../net/download.js'
import type {Network} from '../net/network.js'
import type {ArtifactRequest} from '../request.js'
import type {VerifiedFile} from './check.js'
import type {MirrorSource} from './source.js'

/** Where nodes find a verified file. */
export async function placed(
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
export async function localCopy(
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
