import type {Stats} from 'node:fs'
import {realpath, stat} from 'node:fs/promises'
import type {IncomingMessage, RequestListener, ServerResponse} from 'node:http'
import {join, sep} from 'node:path'
import {refuse, sendFile} from './send-file.js'

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

async function serve(root: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    refuse(response, 405, {Allow: 'GET, HEAD'})
    return
  }
  const file = await findFile(root, request.url ?? '/')
  if (file === undefined) refuse(response, 404)
  else sendFile(file, request, response)
}

/** Files below `root`, read-only: GET and HEAD, ranges, ETag; no listings, nothing outside. */
export function serveFiles(root: string): RequestListener {
  return (request, response) => {
    void serve(root, request, response)
  }
}
