import {expect} from 'chai'
import {parse} from 'yaml'
import {PATHS} from '../../src/templates/paths.js'
import {bundleOf, fileOf, SAMPLES, sampleCluster} from './sample-cluster.js'

/** The automated checks of the CIS Kubernetes benchmark 1.12 that look at command lines and configuration. */
const FLAGS: Readonly<Record<string, readonly RegExp[]>> = {
  'kube-apiserver': [
    /--authorization-mode=Node,RBAC\b/,
    /--kubelet-client-certificate=\S+/,
    /--kubelet-client-key=\S+/,
    /--kubelet-certificate-authority=\S+/,
    /--enable-admission-plugins=\S*NodeRestriction/,
    /--enable-admission-plugins=\S*EventRateLimit/,
    /--admission-control-config-file=\S+/,
    /--profiling=false\b/,
    /--audit-log-path=\S+/,
    /--audit-policy-file=\S+/,
    /--audit-log-maxage=30\b/,
    /--audit-log-maxbackup=10\b/,
    /--audit-log-maxsize=100\b/,
    /--service-account-key-file=\S+/,
    /--service-account-extend-token-expiration=false\b/,
    /--etcd-certfile=\S+/,
    /--etcd-keyfile=\S+/,
    /--etcd-cafile=\S+/,
    /--tls-cert-file=\S+/,
    /--tls-private-key-file=\S+/,
    /--client-ca-file=\S+/,
    /--encryption-provider-config=\S+/,
  ],
  'kube-controller-manager': [
    /--terminated-pod-gc-threshold=\d+/,
    /--profiling=false\b/,
    /--use-service-account-credentials=true\b/,
    /--service-account-private-key-file=\S+/,
    /--root-ca-file=\S+/,
    /--bind-address=127\.0\.0\.1\b/,
  ],
  'kube-scheduler': [/--profiling=false\b/, /--bind-address=127\.0\.0\.1\b/],
  etcd: [
    /--data-dir=\S+/,
    /--cert-file=\S+/,
    /--key-file=\S+/,
    /--client-cert-auth=true\b/,
    /--trusted-ca-file=\S+/,
    /--peer-cert-file=\S+/,
    /--peer-key-file=\S+/,
    /--peer-client-cert-auth=true\b/,
    /--peer-trusted-ca-file=\S+/,
  ],
}

describe('CIS benchmark', () => {
  for (const minor of Object.keys(SAMPLES)) {
    const cluster = sampleCluster(minor)

    it(`${minor}: control plane flags`, () => {
      const bundle = bundleOf(cluster, 'controller-2')
      for (const [name, patterns] of Object.entries(FLAGS)) {
        const text = fileOf(bundle, `/etc/systemd/system/${name}.service`)
        for (const pattern of patterns) expect(text, name).to.match(pattern)
        expect(text, name).not.to.match(/--(token-auth-file|auto-tls|peer-auto-tls|disable-admission-plugins)/)
      }
    })

    it(`${minor}: kubelet and kube-proxy`, () => {
      const bundle = bundleOf(cluster, 'worker-1')
      const config = parse(fileOf(bundle, PATHS.kubeletConfig)) as Record<string, unknown>
      expect(config).to.deep.include({
        authentication: {
          anonymous: {enabled: false},
          webhook: {enabled: true},
          x509: {clientCAFile: '/etc/kubernetes/pki/ca.crt'},
        },
        authorization: {mode: 'Webhook'},
        readOnlyPort: 0,
        makeIPTablesUtilChains: true,
        podPidsLimit: 4096,
        protectKernelDefaults: true,
      })
      expect(fileOf(bundle, '/etc/systemd/system/kubelet.service')).not.to.include('--hostname-override')
      const proxy = parse(fileOf(bundle, PATHS.kubeProxyConfig)) as Record<string, unknown>
      expect(proxy['metricsBindAddress']).to.match(/^127\.0\.0\.1:/)
    })
  }
})
