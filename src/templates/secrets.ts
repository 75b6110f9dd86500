/** A certificate and its private key, both PEM. */
export interface PemPair {
  readonly certificate: string
  readonly privateKey: string
}

/**
 * Every secret (and every file made of one) that a controller holds. The texts are written to disk as they are; who
 * signed what, and with which names, is the PKI's matter (pki/certificates.ts).
 */
export interface ControllerSecrets {
  /** The cluster's authority with its key: kube-controller-manager signs certificate requests with it. */
  readonly ca: PemPair
  /** Certificate only. */
  readonly etcdCa: string
  /** Certificate only. */
  readonly frontProxyCa: string
  /** Signs service account tokens, and verifies them: one public key after the other, the signer's among them. */
  readonly serviceAccount: {readonly publicKeys: string; readonly privateKey: string}
  readonly apiserver: PemPair
  readonly apiserverKubeletClient: PemPair
  readonly apiserverEtcdClient: PemPair
  readonly frontProxyClient: PemPair
  /** This member's: names and addresses of this node. */
  readonly etcdServer: PemPair
  /** This member's. */
  readonly etcdPeer: PemPair
  /** For etcdctl on this node. */
  readonly etcdHealthcheckClient: PemPair
  /** For asking this node's own API server how it is; only where a load balancer wants to know. */
  readonly healthClient?: PemPair
  /** Text of kube-apiserver's `--encryption-provider-config`. */
  readonly encryptionConfig: string
  /** kubeconfig files; server `https://127.0.0.1:6443`. `admin` becomes /etc/kubernetes/admin.conf where it is given. */
  readonly kubeconfigs: {
    readonly controllerManager: string
    readonly scheduler: string
    readonly admin?: string
  }
}

/** Every secret that a worker holds. */
export interface WorkerSecrets {
  /** The cluster's authority, certificate only. */
  readonly ca: string
  /** What the kubelet serves with: names and addresses of this node. */
  readonly kubeletServer: PemPair
  /** What the kubelet begins with; later it has others issued. */
  readonly kubeletClient: PemPair
  /** What the node's haproxy shows to the API servers when it asks for /readyz. */
  readonly haproxyClient: PemPair
  /** kubeconfig files; server `https://127.0.0.1:6443`, which is the node's haproxy. */
  readonly kubeconfigs: {readonly kubelet: string; readonly proxy: string}
}
