/** The fields of Kubernetes' objects that khw reads or writes (Kubernetes API reference); everything else is passed on. */
export interface ObjectMeta {
  readonly name: string
  readonly namespace?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly deletionTimestamp?: string
  /** Rises with each change of what is wanted. */
  readonly generation?: number
  /** Who has set which of its fields. */
  readonly managedFields?: readonly {readonly manager?: string}[]
}

export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMeta
}

/** An object as khw writes it. */
export type Manifest = KubernetesObject & Readonly<Record<string, unknown>>

export interface Condition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason?: string
  readonly message?: string
}

export interface NodeObject extends KubernetesObject {
  readonly status?: {
    readonly conditions?: readonly Condition[]
    readonly nodeInfo?: {readonly kubeletVersion: string}
  }
}

export interface PodObject extends KubernetesObject {
  readonly spec?: {
    readonly nodeName?: string
    readonly containers?: readonly {readonly name: string; readonly image: string}[]
    readonly volumes?: readonly {readonly projected?: {readonly sources?: readonly ProjectedSource[]}}[]
  }
  readonly status?: {
    readonly phase?: string
    readonly podIP?: string
    readonly reason?: string
    readonly message?: string
    readonly conditions?: readonly Condition[]
    readonly containerStatuses?: readonly ContainerStatus[]
  }
}

/** What a volume is put together from; only tokens of service accounts are looked at. */
export interface ProjectedSource {
  readonly serviceAccountToken?: {readonly expirationSeconds?: number}
}

export interface ContainerStatus {
  readonly name: string
  readonly ready: boolean
  readonly state?: {
    readonly waiting?: {readonly reason?: string; readonly message?: string}
    readonly terminated?: {readonly reason?: string; readonly message?: string; readonly exitCode?: number}
  }
}

/** What makes pods of a template: a Deployment, a DaemonSet. */
export interface WorkloadObject extends KubernetesObject {
  readonly spec?: {
    readonly replicas?: number
    readonly selector?: {readonly matchLabels?: Readonly<Record<string, string>>}
    readonly template?: {readonly spec: {readonly containers: readonly {readonly image: string}[]}}
  }
}

export interface DaemonSetObject extends WorkloadObject {
  readonly status?: {
    readonly observedGeneration?: number
    readonly desiredNumberScheduled?: number
    readonly updatedNumberScheduled?: number
    readonly numberReady?: number
  }
}

export interface ServiceObject extends KubernetesObject {
  readonly spec?: {readonly clusterIP?: string}
}

/** What the API server answers with when it refuses (meta/v1 Status). */
export interface StatusObject {
  readonly kind: 'Status'
  readonly message?: string
  readonly reason?: string
  readonly code?: number
}

export function conditionOf(
  object: {readonly status?: {readonly conditions?: readonly Condition[]}},
  type: string,
): Condition | undefined {
  return object.status?.conditions?.find(condition => condition.type === type)
}
