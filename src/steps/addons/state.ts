import type {AddonName} from '../../cluster/addons.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import type {KubernetesApi} from '../../kubernetes/api.js'
import {
  conditionOf,
  type Condition,
  type KubernetesObject,
  type Manifest,
  type WorkloadObject,
} from '../../kubernetes/objects.js'
import {troubleOf, troubleText, type PodTrouble} from '../../kubernetes/pod-trouble.js'
import {objectPath} from '../../kubernetes/paths.js'
import {NO_PAIR, type Addon} from './addon.js'
import {isOwn} from './apply.js'

/** As the API has it. */
export interface AddonState {
  readonly name: AddonName
  /** `foreign`: something of the same name that khw did not make. */
  readonly state: 'absent' | 'incomplete' | 'foreign' | 'starting' | 'ready'
  /** A clause: what was found. */
  readonly detail: string
  /** What its Deployment runs; null while there is none. */
  readonly image: string | null
  /** Of one that starts, what keeps its pods; absent where nobody has said anything. */
  readonly trouble?: PodTrouble
}

/** What an add-on consists of, in the order in which it is created; enough to find it. */
export function referencesOf(addon: Addon, spec: ClusterSpec): readonly Manifest[] {
  return addon.objects(spec, 'none', NO_PAIR).map(({apiVersion, kind, metadata}) => ({apiVersion, kind, metadata}))
}

/** Asks for every object of it. */
export async function addonState(addon: Addon, spec: ClusterSpec, api: KubernetesApi): Promise<AddonState> {
  const {name} = addon
  const references = referencesOf(addon, spec)
  const found = await Promise.all(references.map(reference => api.get<Found>(objectPath(reference))))
  const there = found.filter(object => object !== undefined)
  const workload = there.find(({kind, metadata}) => isSame({kind, metadata}, addon.workload))
  const image = workload?.spec?.template?.spec.containers[0]?.image ?? null
  const said = (state: AddonState['state'], detail: string): AddonState => ({name, state, detail, image})
  if (there.length === 0) return said('absent', 'is not installed')
  const foreign = there.find(object => !isOwn(object))
  if (foreign) return said('foreign', `${labelOf(foreign)} was not made by khw`)
  if (there.length < references.length || !workload) {
    const missing = references.filter((_, i) => found[i] === undefined).map(labelOf)
    return said('incomplete', `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing`)
  }
  const {available, wanted, settled} = replicasOf(workload)
  const replicas = `${available} of ${wanted} replicas are available`
  if (available < wanted || !settled) {
    const trouble = await troubleOf(workload, api)
    return trouble === undefined
      ? said('starting', replicas)
      : {...said('starting', `${replicas}; ${troubleText(trouble)}`), trouble}
  }
  const service = addon.api && there.find(({kind}) => kind === 'APIService')
  const served = service && conditionOf(service, 'Available')
  if (service && served?.status !== 'True')
    return said('starting', `${replicas}; its API is not: ${served?.message ?? 'nobody has looked yet'}`)
  return said('ready', service ? `${replicas}, its API too` : replicas)
}

interface Found extends WorkloadObject {
  readonly status?: {
    readonly conditions?: readonly Condition[]
    readonly observedGeneration?: number
    readonly updatedReplicas?: number
    readonly availableReplicas?: number
  }
}

/** Available are those of the present template; `settled`: none of an older one is left. */
function replicasOf({metadata, spec, status}: Found): {available: number; wanted: number; settled: boolean} {
  const wanted = spec?.replicas ?? 1
  const isSeen = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0)
  const available = Math.min(status?.availableReplicas ?? 0, status?.updatedReplicas ?? 0)
  return {available: isSeen ? available : 0, wanted, settled: isSeen}
}

function isSame(
  a: Pick<KubernetesObject, 'kind' | 'metadata'>,
  b: Pick<KubernetesObject, 'kind' | 'metadata'>,
): boolean {
  return a.kind === b.kind && a.metadata.name === b.metadata.name && a.metadata.namespace === b.metadata.namespace
}

export function labelOf({kind, metadata: {name, namespace}}: Pick<KubernetesObject, 'kind' | 'metadata'>): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`
}
