import {PATHS} from '../../templates/paths.js'
import type {NodeCheck} from '../check.js'
import {fileOfFlag, modeAtMost, ownedBy, unitOf, type Place} from '../file-tests.js'
import {
  all,
  atLeast,
  fieldOf,
  flag,
  is,
  isNot,
  isSetAndNot,
  isSet,
  isUnset,
  only,
  orUnset,
  setting,
  type Test,
  type Wish,
} from '../tests.js'
import {flagOf} from '../facts.js'
import {A, M, rowsOn} from './row.js'

const ROOT = 'root:root'

const check = rowsOn('worker')

function kubelet(name: string, field: string, wish: Wish): Test {
  return setting('kubelet', name, field, wish)
}

/** TLS 1.2 suites that the benchmark knows by these names; it names none of TLS 1.3. */
const STRONG = ['ECDSA', 'RSA'].flatMap(key =>
  ['AES_128_GCM_SHA256', 'AES_256_GCM_SHA384', 'CHACHA20_POLY1305'].map(cipher => `TLS_ECDHE_${key}_WITH_${cipher}`),
)

const proxyKubeconfig: Place = {
  program: 'kube-proxy',
  path(facts) {
    const file = flagOf(facts.programs.get('kube-proxy')?.argv ?? [], 'config')
    return file === undefined ? undefined : fieldOf(facts.documents.get(file), 'clientConnection.kubeconfig')
  },
}
const clientCa: Place = {
  program: 'kubelet',
  path(facts) {
    const argv = facts.programs.get('kubelet')?.argv ?? []
    const file = flagOf(argv, 'config')
    const document = file === undefined ? undefined : facts.documents.get(file)
    return (
      flagOf(argv, 'client-ca-file') ?? fieldOf(document, 'authentication.x509.clientCAFile') ?? PATHS.ca.certificate
    )
  },
}

/** Section 4 of the benchmark. */
// prettier-ignore
export const WORKER_CHECKS: readonly NodeCheck[] = [
  check('4.1.1', A, 'Mode of the kubelet unit', modeAtMost(0o600, unitOf('kubelet'))),
  check('4.1.2', A, 'Owner of the kubelet unit', ownedBy(ROOT, unitOf('kubelet'))),
  check('4.1.3', M, "Mode of kube-proxy's kubeconfig", modeAtMost(0o600, proxyKubeconfig)),
  check('4.1.4', M, "Owner of kube-proxy's kubeconfig", ownedBy(ROOT, proxyKubeconfig)),
  check('4.1.5', A, "Mode of the kubelet's kubeconfig", modeAtMost(0o600, fileOfFlag('kubelet', 'kubeconfig'))),
  check('4.1.6', A, "Owner of the kubelet's kubeconfig", ownedBy(ROOT, fileOfFlag('kubelet', 'kubeconfig'))),
  check('4.1.7', M, "Mode of the clients' authority", modeAtMost(0o644, clientCa)),
  check('4.1.8', M, "Owner of the clients' authority", ownedBy(ROOT, clientCa)),
  check('4.1.9', A, "Mode of the kubelet's configuration", modeAtMost(0o600, fileOfFlag('kubelet', 'config'))),
  check('4.1.10', A, "Owner of the kubelet's configuration", ownedBy(ROOT, fileOfFlag('kubelet', 'config'))),
  check('4.2.1', A, 'Kubelet: nobody without credentials', kubelet('anonymous-auth', 'authentication.anonymous.enabled', is('false'))),
  check('4.2.2', A, 'Kubelet: not everything is allowed', kubelet('authorization-mode', 'authorization.mode', isSetAndNot('alwaysallow'))),
  check('4.2.3', A, 'Kubelet: client certificates have an authority', kubelet('client-ca-file', 'authentication.x509.clientCAFile', isSet)),
  check('4.2.4', M, 'Kubelet: no port without authentication', kubelet('read-only-port', 'readOnlyPort', orUnset(is('0')))),
  check('4.2.5', M, 'Kubelet: idle streams are closed', kubelet('streaming-connection-idle-timeout', 'streamingConnectionIdleTimeout', isNot('0'))),
  check('4.2.6', A, 'Kubelet: keeps its chains in iptables', kubelet('make-iptables-util-chains', 'makeIPTablesUtilChains', orUnset(is('true')))),
  check('4.2.7', M, 'Kubelet: its name is that of the machine', flag('kubelet', 'hostname-override', isUnset)),
  check('4.2.8', M, 'Kubelet: events are rate limited', kubelet('event-qps', 'eventRecordQPS', orUnset(atLeast(0)))),
  check('4.2.9', M, 'Kubelet: serves with a certificate of the cluster', all(
    kubelet('tls-cert-file', 'tlsCertFile', isSet), kubelet('tls-private-key-file', 'tlsPrivateKeyFile', isSet))),
  check('4.2.10', A, 'Kubelet: its client certificate may rotate', kubelet('rotate-certificates', 'rotateCertificates', orUnset(is('true')))),
  check('4.2.11', M, 'Kubelet: its serving certificate may rotate', kubelet('rotate-server-certificates', 'featureGates.RotateKubeletServerCertificate', isNot('false'))),
  check('4.2.12', M, 'Kubelet: cipher suites are strong', kubelet('tls-cipher-suites', 'tlsCipherSuites', only(STRONG))),
  check('4.2.13', M, 'Kubelet: processes of a pod are limited', kubelet('pod-max-pids', 'podPidsLimit', isSet)),
  check('4.2.14', M, 'Kubelet: system calls are filtered by default', {
    test: kubelet('seccomp-default', 'seccompDefault', isSet),
    beyond: ({release}) => release.kubeletSeccompDefault ? undefined : 'the kubelet of this release has no seccompDefault',
  }),
  check('4.3.1', A, 'kube-proxy: metrics on loopback only', setting('kube-proxy', 'metrics-bind-address', 'metricsBindAddress', orUnset(onLoopback()))),
]

function onLoopback(): Wish {
  return {wants: '127.0.0.1', met: value => value !== undefined && /^(127\.0\.0\.1|\[::1\])(:|$)/.test(value)}
}
