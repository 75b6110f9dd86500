import type {WorkerNode} from '../../cluster/addressing.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import type {Pki} from '../../pki/pki.js'
import {PATHS} from '../../templates/paths.js'
import type {WorkerSecrets} from '../../templates/secrets.js'
import {nodeKubeconfig} from './node-kubeconfig.js'

/** What a worker is handed of the cluster's keys. */
export function workerSecrets(spec: ClusterSpec, node: WorkerNode, pki: Pki): WorkerSecrets {
  const {certificate: certificateFile, privateKey: privateKeyFile} = PATHS.kubeletClient
  return {
    ca: pki.ca.certificate,
    kubeletServer: pki.leaf('kubelet-server', node.name),
    kubeletClient: pki.leaf('kubelet-client', node.name),
    haproxyClient: pki.leaf('haproxy'),
    kubeconfigs: {
      kubelet: nodeKubeconfig(spec, pki, `system:node:${node.name}`, {certificateFile, privateKeyFile}),
      proxy: nodeKubeconfig(spec, pki, 'kube-proxy', pki.leaf('kube-proxy')),
    },
  }
}
