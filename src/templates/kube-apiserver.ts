import type {ArtifactSet} from '../artifacts/artifact.js'
import type {PlacedNode} from '../cluster/addressing.js'
import type {ClusterSpec} from '../cluster/spec.js'
import {admissionPlugins} from './admission.js'
import {authenticationConfig} from './authentication-config.js'
import {credentials} from './credentials.js'
import {ETCD_LOCAL_URL} from './etcd.js'
import {gracefulStop} from './graceful-stop.js'
import {installedPath} from './installed-programs.js'
import {PATHS} from './paths.js'
import {ownUser, SANDBOX} from './sandbox.js'
import {commandLine, RESTART, systemdUnit, type UnitTemplate} from './systemd-unit.js'
import {AEAD_SUITES} from './tls.js'

/** The name tokens are issued under: that of the API's own Service, the same from every controller. */
export const SERVICE_ACCOUNT_ISSUER = 'https://kubernetes.default.svc.cluster.local'

/** What only root may read. */
const SECRETS = [
  PATHS.apiserver.privateKey,
  PATHS.apiserverEtcdClient.privateKey,
  PATHS.apiserverKubeletClient.privateKey,
  PATHS.frontProxyClient.privateKey,
  PATHS.serviceAccountPrivateKey,
  PATHS.encryptionConfig,
  PATHS.auditPolicy,
  PATHS.admissionConfig,
]

/**
 * Where the machine itself is going down, its API server has 2 s, in which haproxy turns away, instead of its whole delay:
 * as root, because an ordinary user can ask systemd only through D-Bus, which may have ended by then.
 */
const HURRY =
  '-+/bin/sh -c \'[ "$$(systemctl is-system-running)" != stopping ] || { kill -TERM $$MAINPID; sleep 2; kill -TERM $$MAINPID; }\''

/**
 * kube-apiserver, by its command line reference
 * (https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/).
 *
 * It reports ready to systemd when it listens, and is started once the local etcd member has a quorum. It knows that
 * member alone: with all of them in its list, requests would go round to a machine that is gone until the kernel gives
 * the connection up (10 s were seen). If the local member fails, so does /readyz, and load balancers go elsewhere.
 *
 * New certificates are no reason to restart it, in any supported release: it re-reads its serving pair, the pair it shows
 * aggregated APIs, its clients' authority and the front proxy's, every minute in 1.20 and at once where it watches files
 * (apiserver/pkg/server/dynamiccertificates); the pair for the kubelets at each handshake (client-go/transport, since
 * 1.20), that for etcd too (etcd's client/pkg/transport). What it reads once is among its inputs: by which authorities it
 * believes etcd and the kubelets, keys of tokens, and how things are encrypted.
 *
 * Told to end, it says at /readyz that it is going and serves on until nobody is sent to it any more (graceful-stop.ts); then
 * it closes its connections, each with a GOAWAY after which its client's next request goes elsewhere. With
 * `--shutdown-send-retry-after` (1.23 and newer) that request would come back with 429 instead. A second signal ends it at
 * once (apiserver/pkg/server/signal.go), which is what a machine that goes down itself gives it.
 */
export function kubeApiserverUnit(
  spec: ClusterSpec,
  artifacts: ArtifactSet,
  node: PlacedNode,
  targetLag?: number,
): UnitTemplate {
  const {delay, atMost} = gracefulStop(spec, targetLag)
  const anonymousPaths = authenticationConfig(spec) !== undefined
  const secrets = [...SECRETS, ...(anonymousPaths ? [PATHS.authenticationConfig] : [])]
  const {at, settings} = credentials(secrets)
  const flags = {
    'bind-address': '0.0.0.0',
    'secure-port': 6443,
    'advertise-address': node.privateIp,
    'tls-cert-file': PATHS.apiserver.certificate,
    'tls-private-key-file': at(PATHS.apiserver.privateKey),
    'tls-min-version': 'VersionTLS13',
    // TLS 1.3 has its own suites; the list is for scanners that read the flag.
    'tls-cipher-suites': ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', ...AEAD_SUITES].join(','),
    'etcd-servers': ETCD_LOCAL_URL,
    'etcd-cafile': PATHS.etcdCaForClients,
    'etcd-certfile': PATHS.apiserverEtcdClient.certificate,
    'etcd-keyfile': at(PATHS.apiserverEtcdClient.privateKey),
    'client-ca-file': PATHS.ca.certificate,
    // The file says who is anonymous where; the API server refuses to be told twice.
    'authentication-config': anonymousPaths ? at(PATHS.authenticationConfig) : undefined,
    'anonymous-auth': anonymousPaths ? undefined : false,
    'authorization-mode': 'Node,RBAC',
    'enable-admission-plugins': admissionPlugins(spec, artifacts).join(','),
    'admission-control-config-file': at(PATHS.admissionConfig),
    'allow-privileged': true,
    'service-cluster-ip-range': spec.network.serviceCidr,
    'service-node-port-range': '30000-32767',
    'service-account-issuer': SERVICE_ACCOUNT_ISSUER,
    'service-account-key-file': PATHS.serviceAccountPublicKey,
    'service-account-signing-key-file': at(PATHS.serviceAccountPrivateKey),
    'service-account-extend-token-expiration': false,
    'encryption-provider-config': at(PATHS.encryptionConfig),
    'kubelet-certificate-authority': PATHS.ca.certificate,
    'kubelet-client-certificate': PATHS.apiserverKubeletClient.certificate,
    'kubelet-client-key': at(PATHS.apiserverKubeletClient.privateKey),
    // `worker-1` is in no DNS; addresses need none.
    'kubelet-preferred-address-types': 'InternalIP,Hostname',
    'requestheader-client-ca-file': PATHS.frontProxyCa,
    'requestheader-allowed-names': 'front-proxy-client',
    'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
    'requestheader-group-headers': 'X-Remote-Group',
    'requestheader-username-headers': 'X-Remote-User',
    'proxy-client-cert-file': PATHS.frontProxyClient.certificate,
    'proxy-client-key-file': at(PATHS.frontProxyClient.privateKey),
    // Controllers run no kube-proxy: aggregated APIs are reached at their pods, by the VPC's pod routes.
    'enable-aggregator-routing': true,
    // Now and then a client is asked to connect anew, so that connections spread again after an outage.
    'goaway-chance': spec.controllers > 1 ? 0.001 : undefined,
    'shutdown-delay-duration': delay > 0 ? `${delay}s` : undefined,
    'audit-policy-file': at(PATHS.auditPolicy),
    'audit-log-path': PATHS.auditLog,
    'audit-log-maxage': 30,
    'audit-log-maxbackup': 10,
    'audit-log-maxsize': 100,
    'event-ttl': '1h',
    profiling: false,
    v: 2,
  }
  return systemdUnit({
    name: 'kube-apiserver.service',
    unit: {
      Description: 'Kubernetes API server',
      Documentation: 'https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/',
      Wants: 'etcd.service',
      After: 'network.target etcd.service',
    },
    service: {
      Type: 'notify',
      ExecStart: commandLine(installedPath(artifacts, 'kube-apiserver', 'controller'), flags),
      ...RESTART,
      TimeoutStartSec: '5min',
      ...(delay > 0 && {ExecStop: HURRY}),
      // It waits for open watches to end, a minute and more; they go to another server as well when they are cut.
      TimeoutStopSec: `${atMost}s`,
      LimitNOFILE: '65536',
      LogsDirectory: 'kubernetes',
      LogsDirectoryMode: '0700',
      ...ownUser('kube-apiserver'),
      ...settings,
      ...SANDBOX,
      // It gives the audit log that it begins to the owner of the last one, who is itself: a log is not begun otherwise.
      SystemCallFilter: [...SANDBOX.SystemCallFilter, '@chown'],
    },
    inputs: [...secrets, PATHS.ca.certificate, PATHS.etcdCaForClients, PATHS.serviceAccountPublicKey],
    startNow: true,
  })
}
