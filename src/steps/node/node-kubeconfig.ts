import type {ClusterSpec} from '../../cluster/spec.js'
import {kubeconfig, type Credentials} from '../../pki/kubeconfig.js'
import type {Pki} from '../../pki/pki.js'

/** A component's kubeconfig: on a controller 127.0.0.1 is its own API server, on a worker its haproxy. */
export function nodeKubeconfig(spec: ClusterSpec, pki: Pki, user: string, credentials: Credentials): string {
  return kubeconfig({
    clusterName: spec.name,
    server: 'https://127.0.0.1:6443',
    ca: pki.ca.certificate,
    user,
    ...credentials,
  })
}
