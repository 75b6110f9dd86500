import {mkdir, rename, rm} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import type {ArtifactProgress} from '../artifact.js'
import {runCommand} from '../command.js'
import {diskFull} from '../files/disk.js'
import {messageOf} from '../../errors.js'
import {download} from '../net/download.js'
import type {Network} from '../net/network.js'
import type {ArchiveFile} from './apt.js'

/** Where files of the archive are kept while they are needed, and how they are fetched. */
export interface Store {
  readonly directory: string
  readonly network: Network
  readonly onProgress: (progress: ArtifactProgress) => void
}

/** Downloads one file of the archive and resolves with its path. */
export async function fetchArchiveFile(file: ArchiveFile, store: Store): Promise<string> {
  const destination = join(store.directory, file.fileName.replace(/[^\w.+-]/g, '-'))
  const item = file.fileName.split('_')[0] ?? file.fileName
  await download({url: file.url, sha256: file.sha256, destination, item}, store)
  return destination
}

/** Unpacks packages into one new directory; it exists only when all of them are in it. */
export async function unpackPackages(files: readonly ArchiveFile[], target: string, store: Store): Promise<void> {
  const archives = await Promise.all(files.map(file => fetchArchiveFile(file, store)))
  await replaceDirectory(target, async directory => {
    for (const archive of archives) {
      await unpacking(target, runCommand('dpkg-deb', ['-x', archive, directory], {signal: store.network.signal}))
    }
  })
}

/** Unpacks a gzipped tar without its first path segment and without what matches the patterns of `except`. */
export async function unpackTarball(
  archive: string,
  target: string,
  except: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  await mkdir(target, {recursive: true})
  const excluded = except.map(pattern => `--exclude=${pattern}`)
  await unpacking(
    target,
    runCommand('tar', ['-xzf', archive, '-C', target, '--strip-components=1', ...excluded], {signal}),
  )
}

/** Fills a new directory and puts it in place of `target` at once. */
export async function replaceDirectory(target: string, fill: (directory: string) => Promise<void>): Promise<void> {
  const partial = `${target}.partial`
  await rm(partial, {recursive: true, force: true})
  await mkdir(partial, {recursive: true})
  await fill(partial)
  await rm(target, {recursive: true, force: true})
  await mkdir(dirname(target), {recursive: true})
  await rename(partial, target)
}

async function unpacking(target: string, command: Promise<unknown>): Promise<void> {
  try {
    await command
  } catch (error) {
    if (/no space left on device/i.test(messageOf(error))) throw diskFull(dirname(target), undefined, error)
    throw error
  }
}
