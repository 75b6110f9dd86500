import {unreachable} from './api-error.js'
import {NoAnswer, type HttpsClient} from './https.js'

/** Milliseconds. A machine that is gone swallows packets: only the clock tells. */
export const CONNECT_PATIENCE = 2000
const READYZ_PATIENCE = 5000

export interface Readiness {
  readonly ready: boolean
  /** `ok`, the failing checks, or why there was no answer. */
  readonly detail: string
}

/** The API servers of a cluster, and which of them is taken: the first that says it is ready, until it fails. */
export class Endpoints {
  readonly #https: HttpsClient
  readonly #all: readonly string[]
  #taken: string | undefined
  #race: Promise<string> | undefined

  constructor(https: HttpsClient, all: readonly string[]) {
    this.#https = https
    this.#all = all
  }

  /** Asks all at once where none is taken yet. Throws KUBERNETES_API with every endpoint's reason if none is ready. */
  async take(): Promise<string> {
    if (this.#taken !== undefined) return this.#taken
    this.#race ??= this.#winner().finally(() => {
      this.#race = undefined
    })
    this.#taken = await this.#race
    return this.#taken
  }

  /** Called when a request to it failed: the next one asks all again. */
  drop(endpoint: string): void {
    if (this.#taken === endpoint) this.#taken = undefined
  }

  async readiness(endpoint: string, signal?: AbortSignal): Promise<Readiness> {
    try {
      const patience = {connect: CONNECT_PATIENCE, reply: READYZ_PATIENCE, signal}
      const {status, body} = await this.#https.send(endpoint, {method: 'GET', path: '/readyz'}, patience)
      return {
        ready: status === 200,
        detail: status === 200 ? body.trim() : `${endpoint}: ${failingChecks(status, body)}`,
      }
    } catch (error) {
      if (error instanceof NoAnswer) return {ready: false, detail: error.message}
      throw error
    }
  }

  async #winner(): Promise<string> {
    const decided = new AbortController()
    const ask = async (endpoint: string): Promise<string> => {
      const {ready, detail} = await this.readiness(endpoint, decided.signal)
      if (!ready) throw new Error(detail)
      return endpoint
    }
    try {
      return await Promise.any(this.#all.map(ask))
    } catch (error) {
      throw unreachable(this.#all, error instanceof AggregateError ? (error.errors as Error[]) : [])
    } finally {
      decided.abort()
    }
  }
}

/** `/readyz` lists its checks one a line, `[-]etcd failed: ...` those that fail. */
function failingChecks(status: number, body: string): string {
  const failing = body.split('\n').filter(line => line.startsWith('[-]'))
  return `not ready (${status}) ${failing.join(', ')}`.trim()
}
