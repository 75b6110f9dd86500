import type {Server} from 'node:http'
import {dirname} from 'node:path'
import {identify} from '../../../process-identity.js'
import {CACHE_ADDRESS, METADATA_ADDRESS, RESOLVER_ADDRESS} from '../link-local.js'
import {writeFileAtomicallySync} from '../../../write-file.js'
import type {ServiceTables} from '../service-tables.js'
import {watchedFile} from '../watched-file.js'
import {readHealth} from '../balancer/health-file.js'
import {vpcFiles} from '../vpc-files.js'
import {serveDns} from './dns-server.js'
import {cacheServer} from './cache-server.js'
import {metadataServer} from './metadata-server.js'

/*
 * One process for each VPC, in its router's namespace (started by services-process.ts): names, instance metadata, and
 * the region's cache. Its arguments are paths: tables, where to write who it is, the forwarder's socket, the cache,
 * and the VPCs' files.
 */
const [tablesPath = '', processFile = '', forwarderSocket = '', cacheDirectory = '', directory = ''] =
  process.argv.slice(2)
// Written by the region's daemon of the same version; nobody else can write it.
const tables = watchedFile(tablesPath, text => JSON.parse(text) as ServiceTables)

const files = vpcFiles(dirname(directory))
const zonesOf = (loadBalancerArn: string): readonly string[] | undefined => {
  const path = files.healthOf(loadBalancerArn)
  return path === undefined ? undefined : readHealth(path)?.zones
}
const names = {tables, zonesOf, forwarderSocket}

function listen(server: Server, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(80, address, resolve)
  })
}

// A second process for the same VPC ends here, because its addresses are in use.
await Promise.all([
  listen(metadataServer(tables), METADATA_ADDRESS),
  listen(cacheServer(cacheDirectory), CACHE_ADDRESS),
  serveDns(RESOLVER_ADDRESS, names),
  serveDns(tables().resolverAddress, names),
])
const identity = identify(process.pid)
if (identity === undefined) throw new Error('/proc does not show this process')
writeFileAtomicallySync(processFile, JSON.stringify(identity), 0o600)
