import type {KubernetesObject} from './objects.js'

/** Plural names of the kinds khw writes; `cluster` kinds have no namespace. */
const KINDS: Readonly<Record<string, {readonly plural: string; readonly scope: 'cluster' | 'namespace'}>> = {
  APIService: {plural: 'apiservices', scope: 'cluster'},
  ClusterRole: {plural: 'clusterroles', scope: 'cluster'},
  ClusterRoleBinding: {plural: 'clusterrolebindings', scope: 'cluster'},
  ConfigMap: {plural: 'configmaps', scope: 'namespace'},
  DaemonSet: {plural: 'daemonsets', scope: 'namespace'},
  Deployment: {plural: 'deployments', scope: 'namespace'},
  Namespace: {plural: 'namespaces', scope: 'cluster'},
  NetworkPolicy: {plural: 'networkpolicies', scope: 'namespace'},
  Node: {plural: 'nodes', scope: 'cluster'},
  Pod: {plural: 'pods', scope: 'namespace'},
  PodDisruptionBudget: {plural: 'poddisruptionbudgets', scope: 'namespace'},
  Role: {plural: 'roles', scope: 'namespace'},
  RoleBinding: {plural: 'rolebindings', scope: 'namespace'},
  Secret: {plural: 'secrets', scope: 'namespace'},
  Service: {plural: 'services', scope: 'namespace'},
  ServiceAccount: {plural: 'serviceaccounts', scope: 'namespace'},
  SubjectAccessReview: {plural: 'subjectaccessreviews', scope: 'cluster'},
}

/** `/api/v1/namespaces/kube-system/services`: where objects of the manifest's kind are created. Unknown kind: RangeError. */
export function collectionPath({apiVersion, kind, metadata}: KubernetesObject): string {
  const known = KINDS[kind]
  if (!known) throw new RangeError(`unknown kind ${kind}: add it to kubernetes/paths.ts`)
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const namespace = known.scope === 'namespace' ? `/namespaces/${metadata.namespace ?? 'default'}` : ''
  return `${root}${namespace}/${known.plural}`
}

export function objectPath(object: KubernetesObject): string {
  return `${collectionPath(object)}/${encodeURIComponent(object.metadata.name)}`
}
