import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http'
import type {InstanceFacts, ServiceTables} from '../service-tables.js'
import {metadataTokens, type MetadataTokens} from './metadata-tokens.js'
import {identityDocument, lookUp, metadataTree} from './metadata-tree.js'

const TTL_HEADER = 'x-aws-ec2-metadata-token-ttl-seconds'
const TOKEN_HEADER = 'x-aws-ec2-metadata-token'
/** Six hours (EC2 User Guide, "How Instance Metadata Service Version 2 works"). */
const LONGEST_TTL_SECONDS = 21_600
/** `latest` and dated versions, which are all the same here. */
const VERSION = /^(latest|1\.0|20\d\d-\d\d-\d\d)$/

function send(response: ServerResponse, status: number, body: string | Buffer = '', type = 'text/plain'): void {
  response.writeHead(status, {
    Server: 'EC2ws',
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
  })
  response.end(body)
}

function issueToken(
  tokens: MetadataTokens,
  facts: InstanceFacts,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  // A proxy in between could hand the token to others.
  if (request.headers['x-forwarded-for'] !== undefined) {
    send(response, 403)
    return
  }
  const ttl = Number(request.headers[TTL_HEADER] ?? Number.NaN)
  if (!Number.isInteger(ttl) || ttl < 1 || ttl > LONGEST_TTL_SECONDS) {
    send(response, 400)
    return
  }
  response.setHeader('X-Aws-Ec2-Metadata-Token-Ttl-Seconds', String(ttl))
  send(response, 200, tokens.issue(facts.instanceId, ttl))
}

function bodyOf(tables: ServiceTables, facts: InstanceFacts, parts: readonly string[]): string | Buffer | undefined {
  const [kind, ...path] = parts
  switch (kind) {
    case undefined:
      return ['dynamic', 'meta-data', ...(facts.userData === undefined ? [] : ['user-data'])].join('\n')
    case 'meta-data':
      return lookUp(metadataTree(tables, facts), path, facts.keyName)
    case 'dynamic':
      return lookUp({'instance-identity': {document: identityDocument(tables, facts)}}, path)
    case 'user-data':
      return facts.userData === undefined || path.length > 0 ? undefined : Buffer.from(facts.userData, 'base64')
    default:
      return undefined
  }
}

/**
 * The Instance Metadata Service, versions 1 and 2 (EC2 User Guide, "Instance metadata and user data"). Who asks is told
 * by the address of the caller, which the router has checked. The hop limit is set on packets, by the router too.
 */
export function metadataServer(tables: () => ServiceTables, tokens: MetadataTokens = metadataTokens()): Server {
  return createServer((request, response) => {
    const current = tables()
    const facts = current.instances[request.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '']
    if (facts === undefined) {
      send(response, 404)
      return
    }
    if (facts.httpEndpoint === 'disabled') {
      send(response, 403)
      return
    }
    const [path = ''] = (request.url ?? '/').split('?')
    const [version, ...parts] = path.split('/').filter(part => part !== '')
    if (request.method === 'PUT') {
      if (version === 'latest' && parts.join('/') === 'api/token') issueToken(tokens, facts, request, response)
      else send(response, 405)
      return
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      send(response, 405)
      return
    }
    const token = request.headers[TOKEN_HEADER]
    const left = typeof token === 'string' ? tokens.remaining(facts.instanceId, token) : undefined
    // A token that is wrong is refused even where none is required.
    if (left === undefined && (token !== undefined || facts.httpTokens === 'required')) {
      send(response, 401)
      return
    }
    if (left !== undefined) response.setHeader('X-Aws-Ec2-Metadata-Token-Ttl-Seconds', String(left))
    const body =
      version === undefined ? '1.0\nlatest' : VERSION.test(version) ? bodyOf(current, facts, parts) : undefined
    if (body === undefined) send(response, 404)
    else send(response, 200, body, Buffer.isBuffer(body) ? 'application/octet-stream' : 'text/plain')
  })
}
