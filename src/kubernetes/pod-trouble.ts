import type {KubernetesApi} from './api.js'
import {conditionOf, type PodObject, type WorkloadObject} from './objects.js'

/** What keeps a pod from running, in the words of who has to start it. */
export interface PodTrouble {
  readonly pod: string
  /** Undefined while the scheduler has found none. */
  readonly node: string | undefined
  /** `ErrImagePull: failed to pull and unpack image ...: not found` */
  readonly why: string
  /** Set if its image cannot be pulled: the kubelet tries that again and again. */
  readonly image?: string
}

/** Kubelet's words for it (pkg/kubelet/images/types.go); of ImagePullBackOff the message says no reason in older releases. */
const PULL = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'RegistryUnavailable',
])
/** What is on its way. */
const PASSING = new Set(['ContainerCreating', 'PodInitializing', 'Pending', 'Running'])

/** What keeps the first of a workload's pods that does not run; undefined if all run, or are on their way. */
export async function troubleOf(workload: WorkloadObject, api: KubernetesApi): Promise<PodTrouble | undefined> {
  const {metadata, spec} = workload
  const labels = Object.entries(spec?.selector?.matchLabels ?? {})
  const image = spec?.template?.spec.containers[0]?.image
  const pods = (await api.pods(metadata.namespace)).filter(
    pod =>
      labels.every(([label, value]) => pod.metadata.labels?.[label] === value) &&
      // Those of an older template are about to go.
      pod.spec?.containers?.[0]?.image === image,
  )
  for (const pod of pods) {
    const {reason, message, image} = wordsOf(pod)
    if (reason === undefined || (PASSING.has(reason) && message === undefined)) continue
    const isPull = PULL.has(reason) && image !== undefined
    return {pod: pod.metadata.name, node: pod.spec?.nodeName, why: whyNotRunning(pod), ...(isPull && {image})}
  }
  return undefined
}

/** `metrics-server-5d9f7c on worker-1: ErrImagePull: ...` */
export function troubleText({pod, node, why}: PodTrouble): string {
  return `${pod}${node === undefined ? '' : ` on ${node}`}: ${why}`
}

/** Of a pod that does not run: a word, and what is said about it. */
export function whyNotRunning(pod: PodObject): string {
  const {reason, message} = wordsOf(pod)
  return [reason ?? 'gone', message].filter(text => text !== undefined).join(': ')
}

interface Words {
  readonly reason?: string | undefined
  readonly message?: string | undefined
  readonly image?: string | undefined
}

function wordsOf(pod: PodObject): Words {
  const {status, spec} = pod
  if (status?.phase === 'Running' && status.containerStatuses?.every(({ready}) => ready)) return {}
  const container = status?.containerStatuses?.find(({ready}) => !ready)
  const said = container?.state?.waiting ?? container?.state?.terminated
  const image = spec?.containers?.find(({name}) => name === container?.name)?.image
  if (said?.reason !== undefined) return {...said, image}
  const scheduled = conditionOf(pod, 'PodScheduled')
  if (scheduled?.status === 'False') return scheduled
  const unseen = scheduled === undefined && spec?.nodeName === undefined && status?.phase === 'Pending'
  return {reason: status?.reason ?? status?.phase, message: unseen ? 'no scheduler has looked at it' : status?.message}
}
