import {createServer, type Server} from 'node:http'
import {registryDirectory} from '../../../registry-layout.js'
import {serveFiles} from './file-server.js'
import {isForRegistry, serveRegistry} from './registry.js'
import {READ_BYTES} from './send-file.js'

/** The region's cache, as instances see it: its files, and below `/v2/` the images of its registry. */
export function cacheServer(directory: string): Server {
  const files = serveFiles(directory)
  const registry = serveRegistry(registryDirectory(directory))
  return createServer({highWaterMark: READ_BYTES}, (request, response) => {
    ;(isForRegistry(request) ? registry : files)(request, response)
  })
}
