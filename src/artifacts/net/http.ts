import {request as plainRequest, type ClientRequest, type IncomingMessage, type RequestOptions} from 'node:http'
import {request as secureRequest} from 'node:https'
import {connect} from 'node:tls'
import type {Duplex} from 'node:stream'
import {proxyFor, type ProxySettings} from './proxy.js'

export interface HttpOptions {
  readonly method?: 'GET' | 'HEAD'
  readonly headers?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  readonly proxy: ProxySettings
  /** A connection that is silent for so long fails; default 20 s. */
  readonly silenceMs?: number
}

const SILENCE_MS = 20_000
const REDIRECTS = 8
/** GitHub refuses requests without one (REST API, "User agent required"). */
const USER_AGENT = 'khw'

/** The server answered, but not with the file. */
export class HttpStatusError extends Error {
  constructor(
    readonly url: string,
    readonly status: number,
  ) {
    super(`${url} answered HTTP ${status}`)
    this.name = 'HttpStatusError'
  }
}

/**
 * One request, redirects followed; resolves with the response once its headers are there, whatever its status. The
 * caller reads or destroys it. Throws node's own errors (ENOTFOUND, ECONNREFUSED, ETIMEDOUT ...) if there is no answer.
 */
export async function openUrl(url: string, options: HttpOptions): Promise<IncomingMessage> {
  let target = new URL(url)
  for (let hop = 0; hop <= REDIRECTS; hop++) {
    const response = await exchange(target, options)
    const {statusCode = 0, headers} = response
    if (statusCode < 300 || statusCode >= 400 || headers.location === undefined) return response
    response.destroy()
    target = new URL(headers.location, target)
  }
  throw new Error(`${url} redirects in a circle`)
}

async function exchange(target: URL, options: HttpOptions): Promise<IncomingMessage> {
  const proxy = proxyFor(target, options.proxy)
  const headers = {'user-agent': USER_AGENT, ...options.headers}
  const common: RequestOptions = {
    method: options.method ?? 'GET',
    headers,
    signal: options.signal,
    timeout: options.silenceMs ?? SILENCE_MS,
  }
  if (target.protocol === 'http:') {
    return answerOf(
      proxy
        ? plainRequest(proxy, {...common, path: target.href, headers: {...headers, host: target.host}})
        : plainRequest(target, common),
    )
  }
  if (target.protocol !== 'https:') throw new Error(`${target.href} is neither http nor https`)
  if (!proxy) return answerOf(secureRequest(target, common))
  const tunnel = await tunnelThrough(proxy, target, options)
  const socket = connect({socket: tunnel, servername: target.hostname})
  return answerOf(secureRequest(target, {...common, agent: false, createConnection: () => socket}))
}

function answerOf(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve).once('error', reject)
    // Stays armed while the body is read: a stalled download fails instead of hanging.
    request.on('timeout', () => {
      request.destroy(Object.assign(new Error('no answer in time'), {code: 'ETIMEDOUT'}))
    })
    request.end()
  })
}

/** RFC 9110, 9.3.6 CONNECT. */
function tunnelThrough(proxy: URL, target: URL, options: HttpOptions): Promise<Duplex> {
  const authority = `${target.hostname}:${target.port === '' ? '443' : target.port}`
  return new Promise((resolve, reject) => {
    const request = plainRequest(proxy, {
      method: 'CONNECT',
      path: authority,
      headers: {host: authority},
      signal: options.signal,
      timeout: options.silenceMs ?? SILENCE_MS,
      agent: false,
    })
    request.once('connect', (response, socket) => {
      if (response.statusCode === 200) {
        resolve(socket)
      } else {
        socket.destroy()
        reject(new HttpStatusError(proxy.href, response.statusCode ?? 0))
      }
    })
    request.once('error', reject)
    request.once('timeout', () => {
      request.destroy(Object.assign(new Error('the proxy does not answer'), {code: 'ETIMEDOUT'}))
    })
    request.end()
  })
}
