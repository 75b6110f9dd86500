import type {NodeCheck} from '../check.js'
import {A, M, rowsOn} from './row.js'
import {all, flag, is, isSetAndNot, isSet, lacks, orUnset, type Test, type Wish} from '../tests.js'

const check = rowsOn('controller')

const kcm = (name: string, wish: Wish): Test => flag('kube-controller-manager', name, wish)
const scheduler = (name: string, wish: Wish): Test => flag('kube-scheduler', name, wish)
const etcd = (...names: readonly string[]): Test => all(...names.map(name => flag('etcd', name, isSet)))

/** Sections 1.3, 1.4, 2 and 3 of the benchmark. */
// prettier-ignore
export const CONTROL_PLANE_PROGRAM_CHECKS: readonly NodeCheck[] = [
  check('1.3.1', M, 'Finished pods are collected', kcm('terminated-pod-gc-threshold', isSet)),
  check('1.3.2', A, 'Controller manager: profiling is off', kcm('profiling', is('false'))),
  check('1.3.3', A, 'Each controller has an account of its own', kcm('use-service-account-credentials', isSetAndNot('false'))),
  check('1.3.4', A, 'Tokens are signed with a key of their own', kcm('service-account-private-key-file', isSet)),
  check('1.3.5', A, 'Pods are told the authority to believe', kcm('root-ca-file', isSet)),
  check('1.3.6', A, "Kubelets' serving certificates may rotate", kcm('feature-gates', lacks('RotateKubeletServerCertificate=false'))),
  check('1.3.7', A, 'Controller manager: listens on loopback only', kcm('bind-address', orUnset(is('127.0.0.1')))),
  check('1.4.1', A, 'Scheduler: profiling is off', scheduler('profiling', is('false'))),
  check('1.4.2', A, 'Scheduler: listens on loopback only', scheduler('bind-address', orUnset(is('127.0.0.1')))),
  check('2.1', A, 'etcd serves over TLS', etcd('cert-file', 'key-file')),
  check('2.2', A, 'etcd asks clients for certificates', flag('etcd', 'client-cert-auth', is('true'))),
  check('2.3', A, 'etcd signs no certificate of its own', flag('etcd', 'auto-tls', orUnset(is('false')))),
  check('2.4', A, 'etcd members speak TLS', etcd('peer-cert-file', 'peer-key-file')),
  check('2.5', A, 'etcd members ask each other for certificates', flag('etcd', 'peer-client-cert-auth', is('true'))),
  check('2.6', A, 'etcd members sign no certificate of their own', flag('etcd', 'peer-auto-tls', orUnset(is('false')))),
  check('2.7', M, 'etcd has an authority of its own', etcd('trusted-ca-file')),
  check('3.1.1', M, 'People do not log in by client certificate', {judge: 'the admin.conf that khw makes is one: give people another way in, such as OIDC'}),
  check('3.1.2', M, 'People do not log in by service account token', {judge: 'khw makes no such token'}),
  check('3.1.3', M, 'People do not log in by bootstrap token', {judge: 'khw makes no such token'}),
  check('3.2.1', M, 'There is an audit policy', flag('kube-apiserver', 'audit-policy-file', isSet)),
  check('3.2.2', M, 'It logs what matters', {judge: 'read /etc/kubernetes/audit-policy.yaml on a controller'}),
]
