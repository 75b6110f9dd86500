import {request as plainRequest, type ClientRequest, type IncomingMessage} from 'node:http'
import {request as secureRequest} from 'node:https'
import {proxyFor, type ProxySettings} from '../../proxy.js'
import {agentThrough} from '../../proxy-agent.js'

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
  const secure = target.protocol === 'https:'
  if (!secure && target.protocol !== 'http:') throw new Error(`${target.href} is neither http nor https`)
  const proxy = proxyFor(target, options.proxy)
  const agent = proxy && (await agentThrough(proxy, secure))
  const silence = options.silenceMs ?? SILENCE_MS
  const request = (secure ? secureRequest : plainRequest)(target, {
    method: options.method ?? 'GET',
    headers: {'user-agent': USER_AGENT, ...options.headers},
    signal: options.signal,
    timeout: silence,
    ...(agent && {agent}),
  })
  request.once('close', () => agent?.destroy())
  return answerOf(request, silence)
}

function answerOf(request: ClientRequest, silence: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      request.destroy(Object.assign(new Error('no answer in time'), {code: 'ETIMEDOUT'}))
    }
    // A proxy that is silent has no connection to lend yet, of which it could be told.
    const untilAnswer = setTimeout(giveUp, silence)
    request.once('response', resolve).once('error', reject)
    request.once('response', () => {
      clearTimeout(untilAnswer)
    })
    request.once('close', () => {
      clearTimeout(untilAnswer)
    })
    // Stays armed while the body is read: a stalled download fails instead of hanging.
    request.on('timeout', giveUp)
    request.end()
  })
}
