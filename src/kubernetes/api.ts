import {KubernetesApiError, unreachable} from './api-error.js'
import {CONNECT_PATIENCE, Endpoints, type Readiness} from './endpoints.js'
import {HttpsClient, NoAnswer, type Credentials, type HttpsCall, type Reply} from './https.js'
import type {KubernetesObject, Manifest, NodeObject, PodObject} from './objects.js'
import {collectionPath, objectPath} from './paths.js'
import {pause} from './pause.js'

export interface KubernetesApiOptions extends Credentials {
  /** `https://198.18.0.4:6443`, one a controller. */
  readonly endpoints: readonly string[]
  /** Stops everything this client does. */
  readonly signal?: AbortSignal
}

/** How long the first, second and third attempt may take, in ms: a controller that died must not cost 10 s. */
const ATTEMPTS = [5000, 10_000, 20_000] as const
/** Told to come again: the server is busy, starting or going. */
const COME_AGAIN: ReadonlySet<number> = new Set([429, 503, 504])
/** Milliseconds; what a server that does not say (`Retry-After`) is given, and the most one is given. */
const PAUSE = 500
const LONGEST_PAUSE = 5000

/** SSA (server-side apply) takes JSON under this name, as JSON is YAML. */
const APPLY = 'application/apply-patch+yaml'

/**
 * The few calls khw makes, from Kubernetes 1.20 on. It talks to one API server and goes to another one when that does not
 * answer; every call may be sent twice. Throws KubernetesApiError where the server refuses, KhwError KUBERNETES_API
 * where none is ready, and the signal's reason.
 */
export class KubernetesApi {
  readonly #https: HttpsClient
  readonly #endpoints: Endpoints
  readonly #all: readonly string[]
  readonly #signal: AbortSignal | undefined

  constructor(options: KubernetesApiOptions) {
    this.#https = new HttpsClient(options)
    this.#all = options.endpoints
    this.#endpoints = new Endpoints(this.#https, options.endpoints)
    this.#signal = options.signal
  }

  /** The API server in use: one that said it is ready. */
  endpoint(): Promise<string> {
    return this.#endpoints.take()
  }

  /** What `/readyz` of one API server says; never throws for one that is down. */
  readiness(endpoint: string): Promise<Readiness> {
    return this.#endpoints.readiness(endpoint, this.#signal)
  }

  /** Undefined if there is no such object (404). */
  async get<T extends KubernetesObject>(path: string): Promise<T | undefined> {
    const text = await this.getText(path)
    return text === undefined ? undefined : (JSON.parse(text) as T)
  }

  /** For what is no JSON, such as logs. */
  async getText(path: string): Promise<string | undefined> {
    const {reply} = await this.#send({method: 'GET', path}, [404])
    return reply.status === 404 ? undefined : reply.body
  }

  /** Items of a collection; none if the collection does not exist. */
  async list<T extends KubernetesObject>(path: string): Promise<readonly T[]> {
    const text = await this.getText(path)
    return text === undefined ? [] : (JSON.parse(text) as {items: readonly T[]}).items
  }

  /** Creates the object or changes it to what the manifest says (server-side apply, as `khw`). */
  async apply<T extends Manifest>(manifest: T): Promise<T> {
    const path = `${objectPath(manifest)}?fieldManager=khw&force=true`
    const {reply} = await this.#send({method: 'PATCH', path, body: {type: APPLY, text: JSON.stringify(manifest)}})
    return JSON.parse(reply.body) as T
  }

  /** Throws KubernetesApiError with reason `AlreadyExists` if somebody else made it. */
  async create<T extends Manifest>(manifest: T): Promise<T> {
    const body = {type: 'application/json', text: JSON.stringify(manifest)}
    const {call, endpoint, reply, repeated} = await this.#send(
      {method: 'POST', path: collectionPath(manifest), body},
      [409],
    )
    if (reply.status !== 409) return JSON.parse(reply.body) as T
    // The first attempt may have got through although its answer did not.
    const own = repeated ? await this.get<T>(objectPath(manifest)) : undefined
    if (own) return own
    throw new KubernetesApiError(call, endpoint, reply)
  }

  /** JSON merge patch (RFC 7386). Undefined if there is no such object. */
  async patch<T extends KubernetesObject>(
    path: string,
    change: Readonly<Record<string, unknown>>,
  ): Promise<T | undefined> {
    const body = {type: 'application/merge-patch+json', text: JSON.stringify(change)}
    const {reply} = await this.#send({method: 'PATCH', path, body}, [404])
    return reply.status === 404 ? undefined : (JSON.parse(reply.body) as T)
  }

  /** An object, or all of a collection. What is gone already is success. */
  async delete(path: string, options: {readonly gracePeriodSeconds?: number} = {}): Promise<void> {
    const text = JSON.stringify({kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background', ...options})
    await this.#send({method: 'DELETE', path, body: {type: 'application/json', text}}, [404])
  }

  nodes(): Promise<readonly NodeObject[]> {
    return this.list('/api/v1/nodes')
  }

  pods(namespace?: string): Promise<readonly PodObject[]> {
    return this.list(namespace === undefined ? '/api/v1/pods' : `/api/v1/namespaces/${namespace}/pods`)
  }

  /** Closes the connections; the process can end. */
  close(): void {
    this.#https.close()
  }

  async #send(call: HttpsCall, expected: readonly number[] = []): Promise<Sent> {
    const failures: Error[] = []
    for (const reply of ATTEMPTS) {
      this.#signal?.throwIfAborted()
      const endpoint = await this.#endpoints.take()
      const outcome = await this.#attempt(endpoint, call, reply)
      if (outcome instanceof NoAnswer) {
        this.#endpoints.drop(endpoint)
        failures.push(outcome)
      } else if (COME_AGAIN.has(outcome.status)) {
        this.#endpoints.drop(endpoint)
        failures.push(new KubernetesApiError(call, endpoint, outcome))
        await pause(pauseOf(outcome), this.#signal)
      } else if (outcome.status < 300 || expected.includes(outcome.status)) {
        return {call, endpoint, reply: outcome, repeated: failures.length > 0}
      } else {
        throw new KubernetesApiError(call, endpoint, outcome)
      }
    }
    const last = failures.at(-1)
    throw last instanceof KubernetesApiError ? last : unreachable(this.#all, failures)
  }

  async #attempt(endpoint: string, call: HttpsCall, reply: number): Promise<Reply | NoAnswer> {
    try {
      return await this.#https.send(endpoint, call, {connect: CONNECT_PATIENCE, reply, signal: this.#signal})
    } catch (error) {
      if (error instanceof NoAnswer) return error
      throw error
    }
  }
}

interface Sent {
  readonly call: HttpsCall
  readonly endpoint: string
  readonly reply: Reply
  /** An earlier attempt failed after it may have reached the server. */
  readonly repeated: boolean
}

/** `Retry-After` in seconds (RFC 9110, 10.2.3); API servers send no dates. */
function pauseOf(reply: Reply): number {
  const seconds = Number(reply.headers['retry-after'])
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds * 1000, LONGEST_PAUSE) : PAUSE
}
