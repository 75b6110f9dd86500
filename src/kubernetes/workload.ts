import type {Check} from '../cluster/report.js'
import type {KubernetesApi} from './api.js'
import {inCheckNamespace} from './check-namespace.js'
import {until} from './checks.js'
import type {KubernetesObject, Manifest, PodObject} from './objects.js'
import {whyNotRunning} from './pod-trouble.js'
import {DEPLOYMENT, deploymentManifest, nodePortManifest} from './workload-manifests.js'

export interface WorkloadInput {
  readonly api: KubernetesApi
  readonly replicas: number
  /** Has sh and httpd (busybox). */
  readonly image: string
  readonly signal?: AbortSignal
  /** Milliseconds for the pods to be ready. */
  readonly patience?: number
}

/** A Deployment that runs, as checks use it. */
export interface Workload {
  readonly namespace: string
  /** The name of one of its pods, which serves it. */
  readonly pod: string
  /** Leads to its pods on every worker. */
  readonly nodePort: number
}

interface DeploymentObject extends KubernetesObject {
  readonly status?: {readonly availableReplicas?: number}
}

/**
 * Runs a Deployment behind a node port, hands it to `use` once its pods are ready, and removes it however that ends. The
 * first check is whether it ran; without that `use` is not called.
 */
export async function withWorkload(
  input: WorkloadInput,
  use: (workload: Workload) => Promise<readonly Check[]>,
): Promise<readonly Check[]> {
  const {api, replicas, image, signal, patience = 60_000} = input
  return inCheckNamespace(api, 'workload', async namespace => {
    const [service] = await Promise.all([
      api.apply<Manifest & {spec: {ports: readonly {nodePort?: number}[]}}>(portOf(namespace)),
      api.apply(deploymentManifest(namespace, replicas, image)),
    ])
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${DEPLOYMENT}`
    const ran = await until(signal, patience, async () => {
      const available = (await api.get<DeploymentObject>(path))?.status?.availableReplicas ?? 0
      return available >= replicas ? true : undefined
    })
    const pods = await api.pods(namespace)
    const ready = pods.find(pod => pod.status?.phase === 'Running')?.metadata.name
    const nodePort = service.spec.ports[0]?.nodePort
    if (ran !== true || ready === undefined || nodePort === undefined)
      return [{name: 'deployment', ok: false, detail: whyNot(pods, replicas)}]
    const detail = `${replicas} of ${replicas} pods run on ${[...new Set(pods.map(placeOf))].sort().join(', ')}`
    return [{name: 'deployment', ok: true, detail}, ...(await use({namespace, pod: ready, nodePort}))]
  })
}

function portOf(namespace: string): Manifest & {spec: {ports: readonly {nodePort?: number}[]}} {
  return nodePortManifest(namespace) as Manifest & {spec: {ports: readonly {nodePort?: number}[]}}
}

function placeOf(pod: PodObject): string {
  return pod.spec?.nodeName ?? 'no node'
}

function whyNot(pods: readonly PodObject[], replicas: number): string {
  if (pods.length === 0) return `none of ${replicas} pods was made: is the controller manager at work?`
  return pods.map(pod => `${pod.metadata.name} (${placeOf(pod)}): ${whyNotRunning(pod)}`).join('; ')
}
