import type {ClusterNode} from '../../cluster/addressing.js'
import {hasLoadBalancer, type ClusterSpec} from '../../cluster/spec.js'
import {releaseOf} from '../../kubernetes/releases.js'
import {encryptionConfiguration, ensureEncryptionKeys} from '../../pki/encryption.js'
import type {Pki} from '../../pki/pki.js'
import type {SecretStore} from '../../pki/secret-store.js'
import type {ControllerSecrets} from '../../templates/secrets.js'
import {nodeKubeconfig} from './node-kubeconfig.js'

/** What a controller is handed of the cluster's keys. */
export async function controllerSecrets(
  spec: ClusterSpec,
  node: ClusterNode,
  pki: Pki,
  secrets: SecretStore,
): Promise<ControllerSecrets> {
  const kubeconfigFor = (user: 'kube-controller-manager' | 'kube-scheduler' | 'admin'): string =>
    nodeKubeconfig(spec, pki, user, pki.leaf(user))
  return {
    ca: pki.ca,
    etcdCa: pki.etcdCa.certificate,
    frontProxyCa: pki.frontProxyCa.certificate,
    serviceAccount: pki.serviceAccount,
    apiserver: pki.leaf('apiserver', node.name),
    apiserverKubeletClient: pki.leaf('apiserver-kubelet-client'),
    apiserverEtcdClient: pki.leaf('apiserver-etcd-client'),
    frontProxyClient: pki.leaf('front-proxy-client'),
    etcdServer: pki.leaf('etcd-server', node.name),
    etcdPeer: pki.leaf('etcd-peer', node.name),
    etcdHealthcheckClient: pki.leaf('etcd-healthcheck-client'),
    ...(hasLoadBalancer(spec) ? {healthClient: pki.leaf('health')} : {}),
    encryptionConfig: encryptionConfiguration(
      releaseOf(spec.kubernetesVersion).encryptionProvider,
      await ensureEncryptionKeys(secrets),
    ),
    kubeconfigs: {
      controllerManager: kubeconfigFor('kube-controller-manager'),
      scheduler: kubeconfigFor('kube-scheduler'),
      admin: kubeconfigFor('admin'),
    },
  }
}
