import {Agent, request as httpsRequest} from 'node:https'
import type {IncomingHttpHeaders} from 'node:http'
import {messageOf} from '../errors.js'

/** Who speaks, and whom it believes: all PEM. */
export interface Credentials {
  readonly ca: string
  readonly certificate: string
  readonly privateKey: string
}

export interface HttpsCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** With the query. */
  readonly path: string
  readonly body?: {readonly type: string; readonly text: string}
}

/** Milliseconds. */
export interface Patience {
  /** Until TLS is set up on a new connection. */
  readonly connect: number
  /** Until the reply is complete. */
  readonly reply: number
  readonly signal?: AbortSignal | undefined
}

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** The endpoint did not answer: refused, unreachable, silent for too long, or not who it should be. */
export class NoAnswer extends Error {
  constructor(endpoint: string, why: string, options?: ErrorOptions) {
    super(`${endpoint}: ${why}`, options)
    this.name = 'NoAnswer'
  }
}

/** Requests with a client certificate over kept connections. */
export class HttpsClient {
  readonly #agent: Agent

  constructor({ca, certificate, privateKey}: Credentials) {
    this.#agent = new Agent({keepAlive: true, ca, cert: certificate, key: privateKey, minVersion: 'TLSv1.2'})
  }

  /** Rejects with NoAnswer, or with the signal's reason. Any HTTP status is a reply. */
  send(endpoint: string, call: HttpsCall, patience: Patience): Promise<Reply> {
    const {signal} = patience
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(reasonOf(signal))
        return
      }
      const {body} = call
      const request = httpsRequest(new URL(call.path, endpoint), {
        method: call.method,
        agent: this.#agent,
        headers: {
          accept: 'application/json, */*',
          'user-agent': 'khw',
          ...(body ? {'content-type': body.type, 'content-length': Buffer.byteLength(body.text)} : {}),
        },
      })
      const giveUp = (what: string, ms: number) =>
        setTimeout(() => request.destroy(new Error(`${what} within ${ms / 1000} s`)), ms)
      const replyTimer = giveUp('no reply', patience.reply)
      const connectTimer = giveUp('no connection', patience.connect)
      const onAbort = () => request.destroy()
      const settle = (outcome: () => void) => {
        clearTimeout(connectTimer)
        clearTimeout(replyTimer)
        signal?.removeEventListener('abort', onAbort)
        outcome()
      }
      const fail = (error: unknown) => {
        settle(() => {
          reject(signal?.aborted ? reasonOf(signal) : new NoAnswer(endpoint, messageOf(error), {cause: error}))
        })
      }
      signal?.addEventListener('abort', onAbort)
      request.on('error', fail)
      request.on('socket', socket => {
        if (request.reusedSocket) clearTimeout(connectTimer)
        else
          socket.once('secureConnect', () => {
            clearTimeout(connectTimer)
          })
      })
      request.on('response', response => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', fail)
        response.on('end', () => {
          settle(() => {
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              body: Buffer.concat(chunks).toString('utf8'),
            })
          })
        })
      })
      request.end(body?.text)
    })
  }

  /** Closes the kept connections; requests in flight fail. */
  close(): void {
    this.#agent.destroy()
  }
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason))
}
