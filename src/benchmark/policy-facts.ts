import type {KubernetesObject} from '../kubernetes/objects.js'

/** What the checks of policies know: objects as the API has them, without those of khw's own checks. */
export interface PolicyFacts {
  readonly roles: readonly RoleObject[]
  readonly clusterRoles: readonly RoleObject[]
  readonly clusterRoleBindings: readonly BindingObject[]
  readonly serviceAccounts: readonly ServiceAccountObject[]
  readonly pods: readonly PodToJudge[]
  /** What whoever has signed in may do in all namespaces, of `EVERYBODY`: `get secrets`. */
  readonly allowedToAll: readonly string[]
}

/** What it is asked of, as verb and resource: whether whoever has signed in may do it. */
export const EVERYBODY = ['get secrets', 'list secrets', 'watch secrets', 'create pods'] as const

/** Role and ClusterRole (rbac.authorization.k8s.io/v1). */
export interface RoleObject extends KubernetesObject {
  readonly rules?: readonly RuleObject[] | null
}

export interface RuleObject {
  readonly verbs: readonly string[]
  readonly apiGroups?: readonly string[]
  readonly resources?: readonly string[]
  readonly nonResourceURLs?: readonly string[]
}

/** ClusterRoleBinding (rbac.authorization.k8s.io/v1). */
export interface BindingObject extends KubernetesObject {
  readonly roleRef: {readonly name: string}
  readonly subjects?: readonly {readonly kind: string; readonly name: string}[]
}

export interface ServiceAccountObject extends KubernetesObject {
  readonly automountServiceAccountToken?: boolean
}

export interface PodToJudge extends KubernetesObject {
  readonly spec?: {
    readonly serviceAccountName?: string
    readonly automountServiceAccountToken?: boolean
    readonly hostPID?: boolean
    readonly hostIPC?: boolean
    readonly hostNetwork?: boolean
    readonly containers?: readonly ContainerToJudge[]
    readonly initContainers?: readonly ContainerToJudge[]
    readonly ephemeralContainers?: readonly ContainerToJudge[]
  }
}

export interface ContainerToJudge {
  readonly name: string
  readonly securityContext?: {readonly privileged?: boolean; readonly allowPrivilegeEscalation?: boolean}
}
