/**
 * Where things are on a node: the places kubeadm uses, which is where the CIS benchmark's checks look. Everything under
 * /etc/kubernetes/pki belongs to root; what etcd reads belongs to etcd and is therefore elsewhere.
 */
const KUBERNETES = '/etc/kubernetes'
const PKI = `${KUBERNETES}/pki`
const ETCD_PKI = '/etc/etcd/pki'

export interface PairPaths {
  readonly certificate: string
  readonly privateKey: string
}

export const PATHS = {
  ca: pair(`${PKI}/ca`),
  frontProxyCa: `${PKI}/front-proxy-ca.crt`,
  frontProxyClient: pair(`${PKI}/front-proxy-client`),
  apiserver: pair(`${PKI}/apiserver`),
  apiserverKubeletClient: pair(`${PKI}/apiserver-kubelet-client`),
  apiserverEtcdClient: pair(`${PKI}/apiserver-etcd-client`),
  /** The etcd authority, as root's programs read it. */
  etcdCaForClients: `${PKI}/etcd/ca.crt`,
  etcdHealthcheckClient: pair(`${PKI}/etcd/healthcheck-client`),
  serviceAccountPublicKey: `${PKI}/sa.pub`,
  serviceAccountPrivateKey: `${PKI}/sa.key`,
  etcdCa: `${ETCD_PKI}/ca.crt`,
  etcdServer: pair(`${ETCD_PKI}/server`),
  etcdPeer: pair(`${ETCD_PKI}/peer`),
  etcdData: '/var/lib/etcd',
  encryptionConfig: `${KUBERNETES}/encryption-config.yaml`,
  authenticationConfig: `${KUBERNETES}/authentication-config.yaml`,
  admissionConfig: `${KUBERNETES}/admission.yaml`,
  auditPolicy: `${KUBERNETES}/audit-policy.yaml`,
  auditLog: '/var/log/kubernetes/audit.log',
  adminConf: `${KUBERNETES}/admin.conf`,
  controllerManagerConf: `${KUBERNETES}/controller-manager.conf`,
  schedulerConf: `${KUBERNETES}/scheduler.conf`,
  kubeletConf: `${KUBERNETES}/kubelet.conf`,
  proxyConf: `${KUBERNETES}/proxy.conf`,
  resolvConf: `${KUBERNETES}/resolv.conf`,
  /** What the kubelet serves with. */
  kubelet: pair(`${PKI}/kubelet`),
  /** What khw gives the kubelet to be known by, until it has one of its own. */
  kubeletClient: pair(`${PKI}/kubelet-client`),
  /** The kubelet's own: certificate and key in one file, which it makes, a link to the last it was issued. */
  kubeletRotated: '/var/lib/kubelet/pki/kubelet-client-current.pem',
  kubeletConfig: '/var/lib/kubelet/config.yaml',
  kubeProxyConfig: '/var/lib/kube-proxy/config.yaml',
  containerdConfig: '/etc/containerd/config.toml',
  /** Where containerd looks which hosts to ask for images, a directory for each registry. */
  registryHosts: '/etc/containerd/certs.d',
  /** Of every registry that has no directory of its own there. */
  anyRegistryHosts: '/etc/containerd/certs.d/_default/hosts.toml',
  containerdSocket: '/run/containerd/containerd.sock',
  cniConfDir: '/etc/cni/net.d',
  cniConfig: '/etc/cni/net.d/10-khw.conflist',
  haproxyConfig: '/etc/haproxy/haproxy.cfg',
  /** Certificate and key in one file, as haproxy's `crt` wants them. */
  haproxyClient: '/etc/haproxy/apiserver-client.pem',
  /** What a controller shows its own API server when a load balancer asks how that is. */
  healthClient: pair(`${PKI}/health-client`),
  readyzScript: '/usr/local/sbin/khw-readyz',
  podNetworkScript: '/usr/local/sbin/khw-pod-network',
  spotDrainScript: '/usr/local/sbin/khw-spot-drain',
  modulesLoad: '/etc/modules-load.d/kubernetes.conf',
  sysctl: '/etc/sysctl.d/99-kubernetes.conf',
  hosts: '/etc/hosts',
  /** Until when the machine is wanted. */
  expiresAt: '/etc/khw/expires-at',
} as const

/** The certificates and keys above that a unit reads, for its list of inputs. */
export function bothOf({certificate, privateKey}: PairPaths): readonly string[] {
  return [certificate, privateKey]
}

function pair(stem: string): PairPaths {
  return {certificate: `${stem}.crt`, privateKey: `${stem}.key`}
}
