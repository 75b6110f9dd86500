import {createReadStream, type Stats} from 'node:fs'
import type {IncomingMessage, OutgoingHttpHeaders, ServerResponse} from 'node:http'
import {pipeline} from 'node:stream'

/** Six nodes fetch hundreds of megabytes at once: large reads keep the number of round trips to the thread pool small. */
export const READ_BYTES = 1024 * 1024

interface ByteRange {
  readonly start: number
  readonly end: number
}

export function refuse(response: ServerResponse, status: number, headers: OutgoingHttpHeaders = {}): void {
  response.writeHead(status, {'Content-Length': 0, ...headers})
  response.end()
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

/** Answers a GET or HEAD with a file or the range of it that was asked for; `more` are headers beside those of any file. */
export function sendFile(
  {path, stats}: {readonly path: string; readonly stats: Stats},
  request: IncomingMessage,
  response: ServerResponse,
  more: OutgoingHttpHeaders = {},
): void {
  const {size, mtime, mtimeMs, ino} = stats
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
    ...more,
  })
  if (request.method === 'HEAD' || size === 0) {
    response.end()
    return
  }
  // To the size that was promised: a file that grows meanwhile must not spoil the connection.
  const {start, end} = range ?? {start: 0, end: size - 1}
  pipeline(createReadStream(path, {start, end, highWaterMark: READ_BYTES}), response, error => {
    if (error) response.destroy()
  })
}
