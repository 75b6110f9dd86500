import {createReadStream, type Stats} from 'node:fs'
import {realpath, stat} from 'node:fs/promises'
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http'
import {join, sep} from 'node:path'
import {pipeline} from 'node:stream'

/** Six nodes fetch hundreds of megabytes at once: large reads keep the number of round trips to the thread pool small. */
const READ_BYTES = 1024 * 1024

interface ByteRange {
  readonly start: number
  readonly end: number
}

function refuse(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, {'Content-Length': 0, ...headers})
  response.end()
}

/** A request's file below `root`, links followed, or undefined if it is no file or lies elsewhere. */
async function findFile(root: string, url: string): Promise<{path: string; stats: Stats} | undefined> {
  try {
    const name = decodeURIComponent(url.split('?')[0] ?? '')
    if (name.includes('\0')) return undefined
    const base = await realpath(root)
    const path = await realpath(join(base, name))
    if (!path.startsWith(base + sep)) return undefined
    const stats = await stat(path)
    return stats.isFile() ? {path, stats} : undefined
  } catch {
    return undefined
  }
}

/** One range of bytes (RFC 9110, 14.1.2); undefined for what has to be ignored, false for what cannot be satisfied. */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined | false {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '')
  const [, first = '', last = ''] = match ?? []
  if (match === null || (first === '' && last === '')) return undefined
  if (first === '')
    return Number(last) === 0 || size === 0 ? false : {start: Math.max(0, size - Number(last)), end: size - 1}
  if (last !== '' && Number(last) < Number(first)) return undefined
  if (Number(first) >= size) return false
  return {start: Number(first), end: last === '' ? size - 1 : Math.min(size - 1, Number(last))}
}

async function serve(root: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    refuse(response, 405, {Allow: 'GET, HEAD'})
    return
  }
  const file = await findFile(root, request.url ?? '/')
  if (file === undefined) {
    refuse(response, 404)
    return
  }
  const {size, mtime, mtimeMs, ino} = file.stats
  const etag = `"${ino.toString(16)}-${size.toString(16)}-${Math.floor(mtimeMs).toString(16)}"`
  if (request.headers['if-none-match'] === etag) {
    refuse(response, 304, {ETag: etag})
    return
  }
  // A client that resumes says which version it has a part of; of another version it gets the whole.
  const ifRange = request.headers['if-range']
  const range = ifRange === undefined || ifRange === etag ? parseRange(request.headers.range, size) : undefined
  if (range === false) {
    refuse(response, 416, {'Content-Range': `bytes */${size}`})
    return
  }
  response.writeHead(range === undefined ? 200 : 206, {
    'Accept-Ranges': 'bytes',
    'Content-Type': 'application/octet-stream',
    'Content-Length': range === undefined ? size : range.end - range.start + 1,
    'Last-Modified': mtime.toUTCString(),
    ETag: etag,
    ...(range === undefined ? {} : {'Content-Range': `bytes ${range.start}-${range.end}/${size}`}),
  })
  if (request.method === 'HEAD' || size === 0) {
    response.end()
    return
  }
  // To the size that was promised: a file that grows meanwhile must not spoil the connection.
  const {start, end} = range ?? {start: 0, end: size - 1}
  pipeline(createReadStream(file.path, {start, end, highWaterMark: READ_BYTES}), response, error => {
    if (error) response.destroy()
  })
}

/** Files below `root`, read-only: GET and HEAD, ranges, ETag; no listings, nothing outside. */
export function fileServer(root: string): Server {
  return createServer({highWaterMark: READ_BYTES}, (request, response) => {
    void serve(root, request, response)
  })
}
