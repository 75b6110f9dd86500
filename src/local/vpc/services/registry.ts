import {readFile, stat} from 'node:fs/promises'
import type {IncomingMessage, OutgoingHttpHeaders, RequestListener, ServerResponse} from 'node:http'
import {blobPath, isDigest, isRegistryHost, isRepository, isTag, manifestLink} from '../../../registry-layout.js'
import {sendFile} from './send-file.js'

/** The distribution-spec's codes of errors, with the status that goes with each. */
const STATUS = {
  NAME_INVALID: 400,
  DIGEST_INVALID: 400,
  MANIFEST_UNKNOWN: 404,
  BLOB_UNKNOWN: 404,
  UNSUPPORTED: 405,
} as const

const VERSION = {'Docker-Distribution-API-Version': 'registry/2.0'}

interface Asked {
  /** With the host of the registry that is stood in for. */
  readonly repository: string
  readonly kind: string
  /** A tag or a digest. */
  readonly reference: string
}

/**
 * The half of a registry from which images are pulled (OCI distribution-spec 1.1, "Pull"), out of a directory of the form
 * that registry-layout.ts says. It stands in for any registry: which one is meant, a client says as containerd does for
 * its mirrors (docs/hosts.md), `/v2/pause/manifests/3.10?ns=registry.k8s.io`, or as the first part of the name.
 */
export function serveRegistry(root: string): RequestListener {
  return (request, response) => {
    void answer(root, request, response)
  }
}

/** Whether a request is for the registry and not for a file. */
export function isForRegistry({url = ''}: IncomingMessage): boolean {
  return /^\/v2(\/|\?|$)/.test(url)
}

async function answer(root: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    refuse(response, 'UNSUPPORTED', 'images can only be pulled here', {Allow: 'GET, HEAD'})
    return
  }
  if (/^\/v2\/?(\?|$)/.test(request.url ?? '')) {
    send(request, response, {'Content-Type': 'application/json'}, Buffer.from('{}'))
    return
  }
  const asked = askedFor(request.url ?? '')
  if (asked === undefined) refuse(response, 'NAME_INVALID', 'no name of a repository, or nothing that is pulled')
  else if (asked.kind === 'blobs') await sendBlob(root, asked, request, response)
  else await sendManifest(root, asked, request, response)
}

/** Undefined for names that the specification does not know, of which none is ever a path. */
function askedFor(url: string): Asked | undefined {
  const [path = '', query = ''] = url.split('?', 2)
  const [, name = '', kind = '', reference = ''] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(decoded(path)) ?? []
  const host = new URLSearchParams(query).get('ns')
  if (!isRepository(name) || (host !== null && !isRegistryHost(host))) return undefined
  return {repository: host === null ? name : `${host}/${name}`, kind, reference}
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return ''
  }
}

async function sendManifest(
  root: string,
  {repository, reference}: Asked,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const digest =
    isTag(reference) || isDigest(reference)
      ? (await readIfThere(manifestLink(root, repository, reference)))?.toString('utf8').trim()
      : undefined
  const manifest = digest !== undefined && isDigest(digest) ? await readIfThere(blobPath(root, digest)) : undefined
  const type = manifest && mediaType(manifest)
  if (digest === undefined || manifest === undefined || type === undefined)
    refuse(response, 'MANIFEST_UNKNOWN', `${repository} has no manifest ${reference}`)
  else send(request, response, {'Content-Type': type, 'Docker-Content-Digest': digest}, manifest)
}

async function sendBlob(
  root: string,
  {repository, reference}: Asked,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!isDigest(reference)) {
    refuse(response, 'DIGEST_INVALID', `${reference} is no sha256 digest`)
    return
  }
  const path = blobPath(root, reference)
  const stats = await stat(path).catch(() => undefined)
  if (stats?.isFile() !== true) refuse(response, 'BLOB_UNKNOWN', `${repository} has no blob ${reference}`)
  else sendFile({path, stats}, request, response, {...VERSION, 'Docker-Content-Digest': reference})
}

/** What a manifest says it is; OCI's own may leave that out (image-spec, "mediaType"). Undefined for anything else. */
function mediaType(content: Buffer): string | undefined {
  let manifest: unknown
  try {
    manifest = JSON.parse(content.toString('utf8'))
  } catch {
    return undefined
  }
  if (typeof manifest !== 'object' || manifest === null) return undefined
  if ('mediaType' in manifest && typeof manifest.mediaType === 'string') return manifest.mediaType
  return `application/vnd.oci.image.${'manifests' in manifest ? 'index' : 'manifest'}.v1+json`
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch(() => undefined)
}

function send(request: IncomingMessage, response: ServerResponse, headers: OutgoingHttpHeaders, body: Buffer): void {
  response.writeHead(200, {...VERSION, ...headers, 'Content-Length': body.length})
  response.end(request.method === 'HEAD' ? undefined : body)
}

function refuse(
  response: ServerResponse,
  code: keyof typeof STATUS,
  message: string,
  headers: OutgoingHttpHeaders = {},
): void {
  const body = JSON.stringify({errors: [{code, message}]})
  response.writeHead(STATUS[code], {
    ...VERSION,
    ...headers,
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  })
  response.end(body)
}
