import {createHash, type Hash} from 'node:crypto'
import {createReadStream} from 'node:fs'
import {mkdir, open, rename, rm, stat} from 'node:fs/promises'
import type {IncomingMessage} from 'node:http'
import {dirname} from 'node:path'
import {KhwError} from '../../errors.js'
import type {ArtifactProgress} from '../artifact.js'
import {knownChecksum, rememberChecksum} from '../files/checksum.js'
import {diskFull, isDiskFull, requireSpace} from '../files/disk.js'
import {withLock} from '../files/lock.js'
import {HttpStatusError, openUrl} from './http.js'
import {withRetries, type Network} from './network.js'

export interface Download {
  readonly url: string
  /** Hex SHA-256 that the content must have. */
  readonly sha256: string
  readonly destination: string
  /** Name in progress and errors. */
  readonly item: string
}

/** What writes a partial file; replaced in tests. */
export interface Sink {
  write(chunk: Uint8Array): Promise<void>
  /** Makes it durable and closes it. */
  close(): Promise<void>
}

export interface DownloadOptions {
  readonly network: Network
  readonly onProgress: (progress: ArtifactProgress) => void
  /** Opens the partial file to append (`from` > 0) or anew. */
  readonly openSink?: (path: string, from: number) => Promise<Sink>
}

/**
 * Downloads one file, verified: `destination` exists only with the right content. Continues a `.part` file left by an
 * earlier run (Range), shares the work with other processes by a lock, and returns at once if the file is there.
 * Resolves with its size in bytes. Throws ARTIFACT_CHECKSUM, ARTIFACT_MISSING, ARTIFACT_UNREACHABLE or DISK_FULL.
 */
export async function download(file: Download, options: DownloadOptions): Promise<number> {
  const {signal} = options.network
  const present = await knownChecksum(file.destination, {signal})
  if (present?.sha256 === file.sha256) return present.bytes
  await mkdir(dirname(file.destination), {recursive: true})
  return withLock(`${file.destination}.lock`, {signal}, async () => {
    const other = await knownChecksum(file.destination, {signal})
    if (other?.sha256 === file.sha256) return other.bytes
    const part = `${file.destination}.part`
    const bytes = await withRetries(file.url, options.network, () => transfer(file, part, options))
    await rename(part, file.destination)
    await rememberChecksum(file.destination, file.sha256)
    return bytes
  })
}

/** A display cannot use more than a few reports a second. */
const PROGRESS_MS = 100

async function transfer(file: Download, part: string, options: DownloadOptions): Promise<number> {
  const {signal, proxy} = options.network
  let from = (await stat(part).catch(() => undefined))?.size ?? 0
  const headers: Record<string, string> = from > 0 ? {range: `bytes=${from}-`} : {}
  const response = await openUrl(file.url, {headers, signal, proxy})
  const status = response.statusCode ?? 0
  if (status === 416) {
    // The partial file is not shorter than the file itself: whole, or of something else. Its checksum tells.
    response.destroy()
    await verify(file, part, await hashOf(part, from), true)
    return from
  }
  if (status !== 200 && !(status === 206 && startOf(response) === from)) {
    response.destroy()
    throw new HttpStatusError(file.url, status)
  }
  if (status === 200) from = 0
  const length = Number(response.headers['content-length'] ?? NaN)
  const total = Number.isNaN(length) ? undefined : from + length
  try {
    if (total !== undefined) await requireSpace(dirname(part), total - from)
    const hash = await hashOf(part, from)
    const done = await copy({file, response, part, from, total, hash}, options)
    if (total !== undefined && done < total) throw new Error(`the connection broke after ${done} of ${total} bytes`)
    await verify(file, part, hash, from > 0)
    return done
  } finally {
    response.destroy()
  }
}

interface Copy {
  readonly file: Download
  readonly response: IncomingMessage
  readonly part: string
  readonly from: number
  readonly total: number | undefined
  readonly hash: Hash
}

async function copy(job: Copy, options: DownloadOptions): Promise<number> {
  const {file, part, total, hash} = job
  let done = job.from
  let told = 0
  const report = () => {
    told = Date.now()
    const progress = {item: file.item, activity: 'downloading', done, unit: 'bytes'} as const
    options.onProgress(total === undefined ? progress : {...progress, total})
  }
  const sink = await (options.openSink ?? openFile)(part, job.from)
  try {
    for await (const piece of job.response) {
      const chunk = piece as Buffer
      await sink.write(chunk)
      hash.update(chunk)
      done += chunk.length
      if (Date.now() - told >= PROGRESS_MS) report()
    }
    report()
  } catch (error) {
    if (isDiskFull(error)) throw diskFull(dirname(part), total === undefined ? undefined : total - done, error)
    throw error
  } finally {
    await sink.close()
  }
  return done
}

/** A hash that has seen the first `bytes` of the file. */
async function hashOf(path: string, bytes: number): Promise<Hash> {
  const hash = createHash('sha256')
  if (bytes > 0) {
    for await (const chunk of createReadStream(path, {end: bytes - 1, highWaterMark: 1 << 20}))
      hash.update(chunk as Buffer)
  }
  return hash
}

/** A partial file that turns out wrong is removed; what was continued from an earlier run is tried again from the start. */
async function verify(file: Download, part: string, hash: Hash, continued: boolean): Promise<void> {
  const found = hash.digest('hex')
  if (found === file.sha256) return
  await rm(part, {force: true})
  if (continued) throw new Error('what was left of an earlier download was of no use')
  throw new KhwError(
    'ARTIFACT_CHECKSUM',
    `${file.url} has the wrong content: its SHA-256 is ${found}, but ${file.sha256} was published. The download was thrown away.`,
    ['Run the same command again', 'and if it happens again, look for a proxy that changes downloads'],
  )
}

/** First byte of `Content-Range: bytes 5-9/10` (RFC 9110, 14.4). */
function startOf(response: IncomingMessage): number {
  return Number(/^bytes (\d+)-/.exec(response.headers['content-range'] ?? '')?.[1] ?? NaN)
}

async function openFile(path: string, from: number): Promise<Sink> {
  const handle = await open(path, from > 0 ? 'a' : 'w')
  return {
    async write(chunk) {
      await handle.writeFile(chunk)
    },
    async close() {
      await handle.sync().finally(() => handle.close())
    },
  }
}
