import type {Server} from 'node:http'
import {identify} from '../../../process-identity.js'
import {CACHE_ADDRESS, METADATA_ADDRESS, RESOLVER_ADDRESS} from '../link-local.js'
import {writeFileAtomicallySync} from '../../../write-file.js'
import {serveDns} from './dns-server.js'
import {fileServer} from './file-server.js'
import {metadataServer} from './metadata-server.js'
import {tablesFile} from './tables-file.js'

/*
 * One process for each VPC, in its router's namespace (started by services-process.ts): names, instance metadata, and
 * the region's cache. Its arguments are paths: tables, where to write who it is, the forwarder's socket, the cache.
 */
const [tablesPath = '', processFile = '', forwarderSocket = '', cacheDirectory = ''] = process.argv.slice(2)
const tables = tablesFile(tablesPath)

function listen(server: Server, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(80, address, resolve)
  })
}

// A second process for the same VPC ends here, because its addresses are in use.
await Promise.all([
  listen(metadataServer(tables), METADATA_ADDRESS),
  listen(fileServer(cacheDirectory), CACHE_ADDRESS),
  serveDns(RESOLVER_ADDRESS, tables, forwarderSocket),
  serveDns(tables().resolverAddress, tables, forwarderSocket),
])
const identity = identify(process.pid)
if (identity === undefined) throw new Error('/proc does not show this process')
writeFileAtomicallySync(processFile, JSON.stringify(identity), 0o600)
