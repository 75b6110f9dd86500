import {isAbsolute, relative, sep} from 'node:path'
import type {CacheServer} from '../request.js'

/** The URL at which nodes find a file of the cache. Throws RangeError for a file the server does not serve. */
export function cacheUrl(server: CacheServer, file: string): string {
  const inside = relative(server.directory, file)
  if (inside === '' || inside.startsWith('..') || isAbsolute(inside))
    throw new RangeError(`${file} is not in the served directory ${server.directory}`)
  return `${server.url.replace(/\/+$/, '')}/${inside.split(sep).map(encodeURIComponent).join('/')}`
}
