import {controllersOf} from '../../cluster/addressing.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import {KubernetesApi} from '../../kubernetes/api.js'
import {operatorCredentials} from '../../pki/operator-credentials.js'
import type {SecretStore} from '../../pki/secret-store.js'

/** Port of every API server. */
export const API_PORT = 6443

export interface OperatorApiOptions {
  readonly spec: ClusterSpec
  readonly secrets: SecretStore
  /** By node name. */
  readonly publicIps: Readonly<Record<string, string>>
  /** `super-admin` works before any RBAC rule is bound; it is for making the first binding. */
  readonly as: 'admin' | 'super-admin'
}

/**
 * The cluster's API as its operator sees it: any controller that answers. It is not tied to the run's abort signal, so
 * that a check which is interrupted can still clean up behind itself; steps give the signal to their waits.
 */
export async function operatorApi(options: OperatorApiOptions): Promise<KubernetesApi> {
  const {spec, secrets, publicIps, as} = options
  const endpoints = Object.values(apiEndpoints(spec, publicIps))
  return new KubernetesApi({endpoints, ...(await operatorCredentials(secrets, as))})
}

/** `https://ADDRESS:6443` by name of each controller that has an address. */
export function apiEndpoints(
  spec: ClusterSpec,
  publicIps: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    controllersOf(spec).flatMap(({name}) => {
      const ip = publicIps[name]
      return ip === undefined ? [] : [[name, `https://${ip}:${API_PORT}`]]
    }),
  )
}
