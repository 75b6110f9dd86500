import type {Check} from '../cluster/report.js'
import type {KubernetesApi} from './api.js'
import {KubernetesApiError} from './api-error.js'
import {CHECK_LABEL} from './check-manifests.js'
import {inCheckNamespace} from './check-namespace.js'
import {until} from './checks.js'
import type {PodObject} from './objects.js'
import {pause} from './pause.js'
import {clientPod, policyManifest, serverPod} from './policy-manifests.js'

export interface PolicyCheckInput {
  readonly api: KubernetesApi
  /** Node names. */
  readonly workers: readonly string[]
  /** Has sh, wget and httpd (busybox). */
  readonly image: string
  readonly signal?: AbortSignal
  readonly onProgress?: (text: string) => void
  /** Milliseconds: for the pods to reach each other, for the policy to take effect, and until what was kept out by then is certain. */
  readonly patience?: {readonly pods: number; readonly policy: number; readonly settled: number}
}

/** `settled` is longer than a fetch that nobody answers. */
const PATIENCE = {pods: 60_000, policy: 30_000, settled: 2000}

type State = 'open' | 'closed' | 'unknown'

/**
 * Whether network policies are enforced: pods that reach another one are kept from it by a NetworkPolicy, one on the same
 * worker and one on another, while one that the policy lets in still gets there. A failed check is a result, not an error;
 * throws what the API throws and the signal's reason, and removes what it made.
 */
export async function policyCheck(input: PolicyCheckInput): Promise<Check[]> {
  return inCheckNamespace(input.api, 'policy', namespace => check(input, namespace))
}

async function check(input: PolicyCheckInput, namespace: string): Promise<Check[]> {
  const {api, workers, image, signal, onProgress, patience = PATIENCE} = input
  const [first = '', second = first] = workers
  const clients = {near: first, far: second, friend: second} as const
  const strangers = ['near', 'far'] as const
  const stateOf = (client: string) => readState(api, `/api/v1/namespaces/${namespace}/pods/${client}/log?tailLines=1`)
  const states = async (names: readonly string[]) => Promise.all(names.map(stateOf))
  onProgress?.('a pod waits for others to reach it')
  await api.create(serverPod(namespace, first, image))
  const server = await until(signal, patience.pods, () => addressOf(api, namespace))
  if (server === undefined) return [failed('policy-pods', `No pod runs on ${first}`)]
  await Promise.all(
    Object.entries(clients).map(([name, worker]) => api.create(clientPod({namespace, name, worker, image, server}))),
  )
  const all = Object.keys(clients)
  const reached = await until(signal, patience.pods, async () => every(await states(all), 'open'))
  if (!reached) return [failed('policy-pods', 'The pods do not reach each other, with no NetworkPolicy in their way')]
  onProgress?.('a NetworkPolicy shall keep them from it')
  await api.apply(policyManifest(namespace))
  await until(signal, patience.policy, async () => every(await states(strangers), 'closed'))
  await pause(patience.settled, signal)
  const after = await states(all)
  const through = strangers.filter((_, i) => after[i] !== 'closed').map(name => clients[name])
  return [denial(through, first, second), allowance(after[2] === 'open')]
}

function denial(through: readonly string[], first: string, second: string): Check {
  const ok = through.length === 0
  const from = first === second ? `on ${first}` : `from ${first} and ${second}`
  return {
    name: 'policy-denial',
    ok,
    detail: ok
      ? `A NetworkPolicy keeps pods ${from} out of a pod on ${first}`
      : `Pods on ${[...new Set(through)].join(' and ')} reach a pod on ${first} that a NetworkPolicy keeps them from`,
  }
}

function allowance(ok: boolean): Check {
  const detail = ok
    ? 'A pod that the NetworkPolicy lets in gets there'
    : 'Even a pod that the NetworkPolicy lets in does not get there'
  return {name: 'policy-allowance', ok, detail}
}

function failed(name: string, detail: string): Check {
  return {name, ok: false, detail}
}

/** True, or undefined: to be asked again. */
function every(states: readonly State[], wanted: State): true | undefined {
  return states.every(state => state === wanted) ? true : undefined
}

async function addressOf(api: KubernetesApi, namespace: string): Promise<string | undefined> {
  const pods: readonly PodObject[] = await api.pods(namespace)
  const server = pods.find(({metadata}) => metadata.labels?.[CHECK_LABEL] === 'server')
  return server?.status?.phase === 'Running' ? server.status.podIP : undefined
}

/** The last line a client wrote. A container that has not started yet has no log (400). */
async function readState(api: KubernetesApi, path: string): Promise<State> {
  try {
    const last = (await api.getText(path))?.trim()
    return last === 'open' || last === 'closed' ? last : 'unknown'
  } catch (error) {
    if (error instanceof KubernetesApiError) return 'unknown'
    throw error
  }
}
