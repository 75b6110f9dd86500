import {once} from 'node:events'
import type {IncomingMessage, ServerResponse} from 'node:http'
import {createServer, type Server} from 'node:https'
import type {AddressInfo} from 'node:net'
import {TLSSocket} from 'node:tls'
import type {Pki} from '../../src/pki/pki.js'
import {ensurePki} from '../../src/pki/pki.js'
import {MemorySecretStore, PUBLIC_IPS, specOf} from '../pki/fixtures.js'

export interface Seen {
  readonly method: string
  /** Decoded, without the query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly type: string | undefined
  readonly body: unknown
  readonly user: string
}

export interface Answer {
  readonly status?: number
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

/** `hang`: no answer at all; `reset`: the connection is cut once the request was read. */
export type Handler = (seen: Seen) => Answer | 'hang' | 'reset'

/** An HTTPS server on loopback that asks for client certificates, as an API server does, and answers as it is told. */
export class LoopbackApi {
  readonly seen: Seen[] = []
  readonly #server: Server
  handler: Handler

  private constructor(server: Server, handler: Handler) {
    this.#server = server
    this.handler = handler
  }

  static async start(pki: Pki, handler: Handler): Promise<LoopbackApi> {
    const {certificate, privateKey} = pki.leaf('apiserver', 'controller-1')
    const server = createServer({
      cert: certificate,
      key: privateKey,
      ca: pki.ca.certificate,
      requestCert: true,
      rejectUnauthorized: true,
    })
    const api = new LoopbackApi(server, handler)
    server.on('request', (request, response) => void api.#answer(request, response))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return api
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Requests but those for /readyz, as `GET /api/v1/nodes`. */
  get calls(): string[] {
    return this.seen.filter(({path}) => path !== '/readyz').map(({method, path}) => `${method} ${path}`)
  }

  stop(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString()
    const url = new URL(request.url ?? '', this.url)
    const seen: Seen = {
      method: request.method ?? '',
      path: decodeURIComponent(url.pathname),
      query: url.searchParams,
      type: request.headers['content-type'],
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
      user: userOf(request),
    }
    this.seen.push(seen)
    const answer = this.handler(seen)
    if (answer === 'hang') return
    if (answer === 'reset') {
      request.socket.destroy()
      return
    }
    const {status = 200, body = {}, headers = {}} = answer
    response.writeHead(status, headers)
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}

function userOf({socket}: IncomingMessage): string {
  return socket instanceof TLSSocket ? String(socket.getPeerCertificate().subject.CN) : 'nobody'
}

export const READY: Answer = {body: 'ok'}

export function refusal(code: number, reason: string, message: string): Answer {
  return {status: code, body: {kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message}}
}

export function testPki(): Promise<Pki> {
  return ensurePki({spec: specOf(), publicIps: PUBLIC_IPS, secrets: new MemorySecretStore()})
}
