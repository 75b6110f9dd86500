import {once} from 'node:events'
import {connect, constants, type ClientHttp2Session} from 'node:http2'
import {request} from 'node:https'
import {setDefaultAutoSelectFamily} from 'node:net'
import {createInterface} from 'node:readline'
import {text} from 'node:stream/consumers'
import {setTimeout as sleep} from 'node:timers/promises'
import type {OperatorCredentials} from '../../../src/pki/operator-credentials.js'

/**
 * `kept`: one connection for all requests, as HTTP/2, which is what kubectl and the kubelets speak; another one once the
 * server has said that it is going. `new`: a connection for each.
 */
export type Client = 'kept' | 'new'

export interface ProbeOrder extends OperatorCredentials {
  readonly name: string
  readonly client: Client
  readonly url: string
}

export interface ProbeReport {
  readonly name: string
  readonly sent: number
  /** How many of them a server that was going had not taken, so that they were sent on the next connection. */
  readonly passedOn: number
  readonly lost: readonly Loss[]
  /** Milliseconds, of those that were answered. */
  readonly slowest: number
}

export interface Loss {
  /** ISO 8601: when it was sent. */
  readonly at: string
  /** Milliseconds until it was known. */
  readonly after: number
  /** The status and what the server said, or the error's own words. */
  readonly why: string
}

interface Asker {
  readonly passedOn: number
  /** Rejects unless the answer is 200, and whole. */
  ask(signal: AbortSignal): Promise<void>
  close(): void
}

/**
 * A server that says on which stream it ends has taken none of the later ones: those requests "have not failed", and an
 * HTTP/2 client, Go's among them, sends them on its next connection (RFC 9113, 8.7). API servers say so now and then
 * (`--goaway-chance`).
 */
class NotTaken extends Error {}

/** Milliseconds between requests, and until one is given up. */
const INTERVAL = 100
const PATIENCE = 10_000

/** An object that an API server has to read from etcd, and etcd with a quorum. */
const PATH = '/api/v1/namespaces/default'

/*
 * The orders come as one line of JSON on standard input; when that ends, so does the probe, and the reports are one line on
 * standard output. An empty line before that says that every client has been answered.
 */
// What is tried at a name's next address would be a retry.
setDefaultAutoSelectFamily(false)
const orders = await ordersOf()
const end = new AbortController()
process.stdin.once('end', () => {
  end.abort()
})
let answered = 0
const reports = await Promise.all(
  orders.map(order =>
    probe(order, () => {
      answered += 1
      if (answered === orders.length) process.stdout.write('\n')
    }),
  ),
)
process.stdout.write(`${JSON.stringify(reports)}\n`)

async function ordersOf(): Promise<readonly ProbeOrder[]> {
  const [line] = (await once(createInterface({input: process.stdin}), 'line')) as [string]
  return JSON.parse(line) as readonly ProbeOrder[]
}

/** Sends by the clock, whether or not earlier requests were answered. */
async function probe(order: ProbeOrder, onFirst: () => void): Promise<ProbeReport> {
  const asker = order.client === 'new' ? anew(order) : kept(order)
  const lost: Loss[] = []
  const pending: Promise<void>[] = []
  let slowest = 0
  let first = true
  const send = async (): Promise<void> => {
    const began = Date.now()
    try {
      await asker.ask(AbortSignal.timeout(PATIENCE))
      slowest = Math.max(slowest, Date.now() - began)
    } catch (error) {
      lost.push({at: new Date(began).toISOString(), after: Date.now() - began, why: wordsOf(error)})
    }
    if (first) onFirst()
    first = false
  }
  for (let due = Date.now(); !end.signal.aborted; due += INTERVAL) {
    pending.push(send())
    await sleep(Math.max(0, due + INTERVAL - Date.now()))
  }
  await Promise.all(pending)
  asker.close()
  return {name: order.name, sent: pending.length, passedOn: asker.passedOn, lost, slowest}
}

function refusal(status: number, body: string): Error {
  return new Error(`status ${status}: ${body.slice(0, 500)}`)
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const why = error.cause instanceof Error ? ` (${error.cause.message})` : ''
  return `${'code' in error ? `${String(error.code)} ` : ''}${error.message}${why}`
}

function anew({url, ca, certificate, privateKey}: ProbeOrder): Asker {
  const options = {agent: false, ca, cert: certificate, key: privateKey}
  return {
    passedOn: 0,
    ask: signal =>
      new Promise((resolve, reject) => {
        const call = request(new URL(PATH, url), {...options, signal})
        call.once('response', response => {
          const {statusCode = 0} = response
          text(response).then(body => {
            if (statusCode === 200) resolve()
            else reject(refusal(statusCode, body))
          }, reject)
        })
        call.once('error', reject)
        call.end()
      }),
    close: () => undefined,
  }
}

function kept({url, ca, certificate, privateKey}: ProbeOrder): Asker {
  let session: ClientHttp2Session | undefined
  const connected = (): ClientHttp2Session => {
    const made = connect(url, {ca, cert: certificate, key: privateKey})
    const leave = (): void => {
      if (session === made) session = undefined
    }
    made.once('goaway', leave).once('close', leave)
    // Its requests say so.
    made.on('error', leave)
    session = made
    return made
  }
  const ask = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      let status = 0
      let body = ''
      const stream = (session ?? connected()).request({[constants.HTTP2_HEADER_PATH]: PATH}, {signal})
      stream.once('response', headers => {
        status = headers[':status'] ?? 0
      })
      stream.once('error', (error: Error) => {
        if (stream.rstCode === constants.NGHTTP2_REFUSED_STREAM) reject(new NotTaken())
        else reject(error)
      })
      stream.setEncoding('utf8').on('data', (part: string) => (body += part))
      stream.once('close', () => {
        if (status === 200) resolve()
        else reject(refusal(status, body))
      })
    })
  let passedOn = 0
  return {
    get passedOn() {
      return passedOn
    },
    ask: async signal => {
      try {
        await ask(signal)
      } catch (error) {
        if (!(error instanceof NotTaken)) throw error
        passedOn += 1
        await ask(signal)
      }
    },
    close: () => session?.close(),
  }
}
