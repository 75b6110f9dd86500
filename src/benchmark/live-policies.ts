import type {KubernetesApi} from '../kubernetes/api.js'
import {CHECK_LABEL} from '../kubernetes/check-manifests.js'
import type {KubernetesObject, Manifest} from '../kubernetes/objects.js'
import {
  EVERYBODY,
  type BindingObject,
  type PodToJudge,
  type PolicyFacts,
  type RoleObject,
  type ServiceAccountObject,
} from './policy-facts.js'

const RBAC = '/apis/rbac.authorization.k8s.io/v1'
/** The group that every request with credentials is of. */
const SIGNED_IN = 'system:authenticated'

/** Reads what the checks of policies look at. Throws what the API throws. */
export async function readPolicies(api: KubernetesApi): Promise<PolicyFacts> {
  const [roles, clusterRoles, clusterRoleBindings, serviceAccounts, pods, own, allowed] = await Promise.all([
    api.list<RoleObject>(`${RBAC}/roles`),
    api.list<RoleObject>(`${RBAC}/clusterroles`),
    api.list<BindingObject>(`${RBAC}/clusterrolebindings`),
    api.list<ServiceAccountObject>('/api/v1/serviceaccounts'),
    api.list<PodToJudge>('/api/v1/pods'),
    api.list(`/api/v1/namespaces?labelSelector=${CHECK_LABEL}`),
    Promise.all(EVERYBODY.map(async deed => ((await isAllowedToAll(api, deed)) ? [deed] : []))),
  ])
  const checks = new Set(own.map(({metadata}) => metadata.name))
  const isOthers = ({metadata: {namespace = ''}}: KubernetesObject): boolean => !checks.has(namespace)
  return {
    roles: roles.filter(isOthers),
    clusterRoles,
    clusterRoleBindings,
    serviceAccounts: serviceAccounts.filter(isOthers),
    pods: pods.filter(isOthers),
    allowedToAll: allowed.flat(),
  }
}

/** In all namespaces, by SubjectAccessReview (authorization.k8s.io/v1). */
async function isAllowedToAll(api: KubernetesApi, deed: string): Promise<boolean> {
  const [verb, resource] = deed.split(' ')
  const {status} = await api.create<Manifest & {readonly status?: {readonly allowed?: boolean}}>({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    // A question, which is not kept: it has no name.
    metadata: {name: ''},
    spec: {user: SIGNED_IN, groups: [SIGNED_IN], resourceAttributes: {verb, resource}},
  })
  return status?.allowed === true
}
