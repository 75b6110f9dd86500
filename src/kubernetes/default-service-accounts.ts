import type {Manifest} from './objects.js'

/** The namespaces that every cluster has ("Namespaces", kubernetes.io). */
export const INITIAL_NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'] as const

/**
 * The service account that a pod has which names none, in each namespace of a new cluster: it hands its token to no pod
 * that does not ask for it (CIS 5.1.5). Those of other namespaces are their makers'.
 */
export function defaultServiceAccounts(): readonly Manifest[] {
  return INITIAL_NAMESPACES.map(namespace => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: {name: 'default', namespace},
    automountServiceAccountToken: false,
  }))
}
