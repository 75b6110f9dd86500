import type {Check} from '../cluster/report.js'
import {KhwError} from '../errors.js'
import {KubernetesApiError} from './api-error.js'
import type {KubernetesApi} from './api.js'
import {podManifest, serviceManifest, TARGETS_ANNOTATION} from './check-manifests.js'
import {inCheckNamespace} from './check-namespace.js'
import {verdicts, type RunningPod} from './check-verdicts.js'
import {conditionOf, type Manifest, type PodObject, type ServiceObject} from './objects.js'
import {pause} from './pause.js'
import {whyNotRunning} from './pod-trouble.js'
import {NOTHING, parseProbeLog, type ProbeResult} from './probe-log.js'

/** Milliseconds. */
const POLL = 150
const NAMESPACES = '/api/v1/namespaces'

export interface NetworkCheckInput {
  readonly api: KubernetesApi
  /** Node names. */
  readonly workers: readonly string[]
  /** Has sh, wget and httpd (busybox). */
  readonly image: string
  readonly signal?: AbortSignal
  readonly onProgress?: (text: string) => void
  /** Milliseconds: for the pods to run, and then for the probes to succeed. */
  readonly patience?: {readonly pods: number; readonly probes: number}
}

/** A controller manager that was started anew waits up to 15 s for its own old lease; no Service learns of pods until then. */
const PATIENCE = {pods: 60_000, probes: 30_000}

/**
 * Runs a pod on each worker and lets each fetch from each by address and through a Service; results are read from their
 * logs, so that the API server's way to the kubelets is proven too. A failed check is a result, not an error; throws
 * what the API throws and the signal's reason. Removes what it made, on a signal too: so give that one here, not to the API.
 */
export async function networkCheck(input: NetworkCheckInput): Promise<Check[]> {
  const {api, workers, image, onProgress} = input
  return inCheckNamespace(api, 'network', async namespace => {
    onProgress?.('starting a pod on each worker')
    const service = await clusterIpOf(api, namespace)
    await Promise.all(workers.map(worker => api.create(podManifest(namespace, worker, workers.length, image))))
    const pods = await running(input, namespace)
    if (pods.some(pod => pod.ip === undefined)) return verdicts(pods, new Map())
    onProgress?.('each pod fetches from each other pod and through a Service')
    return verdicts(pods, await probe(input, namespace, pods, service))
  })
}

/** Every worker has registered and says it is Ready. */
export async function workersReady(api: KubernetesApi, workers: readonly string[]): Promise<Check> {
  const nodes = new Map((await api.nodes()).map(node => [node.metadata.name, node]))
  const waiting = workers.flatMap(worker => {
    const node = nodes.get(worker)
    if (!node) return [`${worker} has not registered`]
    const ready = conditionOf(node, 'Ready')
    return ready?.status === 'True' ? [] : [`${worker}: ${ready?.message ?? 'its kubelet has not reported yet'}`]
  })
  const detail = waiting.length === 0 ? `${workers.length} of ${workers.length} workers are Ready` : waiting.join('; ')
  return {name: 'workers', ok: waiting.length === 0, detail}
}

/** Of the check's Service, which it makes. */
async function clusterIpOf(api: KubernetesApi, namespace: string): Promise<string> {
  const service = await api.apply<Manifest & ServiceObject>(serviceManifest(namespace))
  if (service.spec?.clusterIP !== undefined) return service.spec.clusterIP
  throw new KhwError('KUBERNETES_API', 'The Service of the network check was given no cluster IP.', [
    'Read the log of the API server: khw ssh controller-1 -- sudo journalctl -u kube-apiserver -n 50',
  ])
}

/** All pods as they are once they run, or when patience ends or one has failed for good. */
async function running(input: NetworkCheckInput, namespace: string): Promise<readonly RunningPod[]> {
  const {api, workers, signal, patience = PATIENCE} = input
  let pods: readonly RunningPod[] = []
  await until(signal, patience.pods, async () => {
    const found = new Map((await api.pods(namespace)).map(pod => [pod.metadata.name, pod]))
    pods = workers.map(worker => stateOf(worker, found.get(worker)))
    const settled =
      pods.every(pod => pod.ip !== undefined) || [...found.values()].some(pod => pod.status?.phase === 'Failed')
    return settled ? true : undefined
  })
  return pods
}

function stateOf(worker: string, pod: PodObject | undefined): RunningPod {
  const status = pod?.status
  const container = status?.containerStatuses?.[0]
  if (status?.phase === 'Running' && container?.ready === true && status.podIP !== undefined)
    return {worker, ip: status.podIP}
  return {worker, ip: undefined, why: pod === undefined ? 'gone' : whyNotRunning(pod)}
}

async function probe(
  input: NetworkCheckInput,
  namespace: string,
  pods: readonly RunningPod[],
  service: string,
): Promise<ReadonlyMap<string, ProbeResult>> {
  const {api, signal, patience = PATIENCE} = input
  const targets = [...pods.map(pod => pod.ip), 'service', service].join(' ')
  const results = new Map<string, ProbeResult>()
  await Promise.all(
    pods.map(async ({worker}) => {
      const path = `${NAMESPACES}/${namespace}/pods/${worker}`
      await api.patch(path, {metadata: {annotations: {[TARGETS_ANNOTATION]: targets}}})
      await until(signal, patience.probes, async () => {
        const result = await readProbe(api, `${path}/log`)
        results.set(worker, result)
        return result.done ? true : undefined
      })
    }),
  )
  return results
}

/** What the API server cannot get from a kubelet is a finding. */
async function readProbe(api: KubernetesApi, path: string): Promise<ProbeResult> {
  try {
    return parseProbeLog((await api.getText(path)) ?? '')
  } catch (error) {
    if (error instanceof KubernetesApiError) return {...NOTHING, unreadable: error.message}
    throw error
  }
}

/** Undefined if `attempt` gave nothing in time. */
export async function until<T>(
  signal: AbortSignal | undefined,
  patience: number,
  attempt: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const end = Date.now() + patience
  for (;;) {
    const result = await attempt()
    if (result !== undefined || Date.now() >= end) return result
    await pause(POLL, signal)
  }
}
