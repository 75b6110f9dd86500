import type {Finding, NodeCheck} from '../check.js'
import {flagOf, type NodeFacts} from '../facts.js'
import {A, M, rowsOn} from './row.js'
import {
  all,
  atLeast,
  flag,
  has,
  is,
  isSet,
  isUnset,
  lacks,
  only,
  orUnset,
  stopped,
  type Test,
  type Wish,
} from '../tests.js'

const check = rowsOn('controller')

function argument(name: string, wish: Wish): Test {
  return flag('kube-apiserver', name, wish)
}

/** Suites of TLS 1.3, and those of TLS 1.2 that keep past traffic secret and authenticate what they encrypt. */
const STRONG = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  ...['ECDSA', 'RSA'].flatMap(key =>
    ['AES_128_GCM_SHA256', 'AES_256_GCM_SHA384', 'CHACHA20_POLY1305', 'CHACHA20_POLY1305_SHA256'].map(
      cipher => `TLS_ECDHE_${key}_WITH_${cipher}`,
    ),
  ),
]

/** Section 1.2 of the benchmark: the API server's command line. */
// prettier-ignore
export const API_SERVER_CHECKS: readonly NodeCheck[] = [
  check('1.2.1', M, 'Nobody without credentials is let in', anonymousOff),
  check('1.2.2', A, 'No file of static tokens', argument('token-auth-file', isUnset)),
  check('1.2.3', M, 'Services may not claim external addresses', {
    test: argument('enable-admission-plugins', has('DenyServiceExternalIPs')),
    beyond: ({release}) => release.denyServiceExternalIps ? undefined : 'this release has no admission plugin DenyServiceExternalIPs',
  }),
  check('1.2.4', A, 'It shows kubelets a client certificate', all(
    flag('kube-apiserver', 'kubelet-client-certificate', isSet), flag('kube-apiserver', 'kubelet-client-key', isSet))),
  check('1.2.5', A, "It verifies kubelets' certificates", argument('kubelet-certificate-authority', isSet)),
  check('1.2.6', A, 'Not everything is allowed', flag('kube-apiserver', 'authorization-mode', both(isSet, lacks('AlwaysAllow')))),
  check('1.2.7', A, 'Kubelets read only what concerns them (Node)', argument('authorization-mode', has('Node'))),
  check('1.2.8', A, 'Rights are given by RBAC', argument('authorization-mode', has('RBAC'))),
  check('1.2.9', M, 'Events are rate limited', argument('enable-admission-plugins', has('EventRateLimit'))),
  check('1.2.10', A, 'Not everything is admitted', argument('enable-admission-plugins', lacks('AlwaysAdmit'))),
  check('1.2.11', M, 'Images are pulled with credentials each time', {
    test: argument('enable-admission-plugins', has('AlwaysPullImages')),
    beyond: ({importsImages}) => importsImages ? 'images come as archives: there is no registry to pull them from again' : undefined,
  }),
  check('1.2.12', A, 'Admission of service accounts is on', argument('disable-admission-plugins', lacks('ServiceAccount'))),
  check('1.2.13', A, 'Admission looks at the life of namespaces', argument('disable-admission-plugins', lacks('NamespaceLifecycle'))),
  check('1.2.14', A, 'Kubelets change only their own node', argument('enable-admission-plugins', has('NodeRestriction'))),
  check('1.2.15', A, 'Profiling is off', argument('profiling', is('false'))),
  check('1.2.16', A, 'There is an audit log', argument('audit-log-path', isSet)),
  check('1.2.17', A, 'Audit logs are kept 30 days', argument('audit-log-maxage', atLeast(30))),
  check('1.2.18', A, '10 old audit logs are kept', argument('audit-log-maxbackup', atLeast(10))),
  check('1.2.19', A, 'Audit logs are turned over at 100 MB', argument('audit-log-maxsize', atLeast(100))),
  check('1.2.20', M, 'The time limit of requests is as you need it', {judge: 'see --request-timeout (60 s unless set)'}),
  check('1.2.21', A, 'Tokens of deleted accounts are refused', argument('service-account-lookup', orUnset(is('true')))),
  check('1.2.22', A, 'Service account tokens have a key of their own', argument('service-account-key-file', isSet)),
  check('1.2.23', A, 'It shows etcd a client certificate', all(
    flag('kube-apiserver', 'etcd-certfile', isSet), flag('kube-apiserver', 'etcd-keyfile', isSet))),
  check('1.2.24', A, 'It serves over TLS', all(
    flag('kube-apiserver', 'tls-cert-file', isSet), flag('kube-apiserver', 'tls-private-key-file', isSet))),
  check('1.2.25', A, 'Client certificates have an authority', argument('client-ca-file', isSet)),
  check('1.2.26', A, "It verifies etcd's certificate", argument('etcd-cafile', isSet)),
  check('1.2.27', M, 'Secrets are encrypted at rest', argument('encryption-provider-config', isSet)),
  check('1.2.28', M, 'They are encrypted well', encryptionProviders),
  check('1.2.29', M, 'Cipher suites are strong', argument('tls-cipher-suites', only(STRONG))),
  check('1.2.30', A, 'Tokens expire when they say so', argument('service-account-extend-token-expiration', is('false'))),
]

function both(a: Wish, b: Wish): Wish {
  return {wants: b.wants, met: value => a.met(value) && b.met(value)}
}

/** Off, by the flag; what a file lets in without credentials is for a person to judge. */
function anonymousOff(facts: NodeFacts): Finding {
  const argv = facts.programs.get('kube-apiserver')?.argv ?? []
  const file = flagOf(argv, 'authentication-config')
  if (file === undefined || flagOf(argv, 'anonymous-auth') !== undefined)
    return flag('kube-apiserver', 'anonymous-auth', is('false'))(facts)
  const {anonymous} = (facts.documents.get(file) ?? {}) as {
    readonly anonymous?: {readonly enabled?: boolean; readonly conditions?: readonly {readonly path: string}[]}
  }
  if (anonymous?.enabled === false) return {ok: true, found: `off in ${file}`}
  const paths = (anonymous?.conditions ?? []).map(({path}) => path)
  return {ok: false, found: paths.length === 0 ? `not off in ${file}` : `let in, but only to ${paths.join(', ')}`}
}

/** The first provider of each kind of resource is what is written with. */
function encryptionProviders(facts: NodeFacts): Finding {
  const running = facts.programs.get('kube-apiserver')
  if (running === undefined) return stopped('kube-apiserver')
  const file = flagOf(running.argv, 'encryption-provider-config')
  if (file === undefined) return {ok: false, found: '--encryption-provider-config is not set'}
  const {resources = []} = (facts.documents.get(file) ?? {}) as {
    readonly resources?: readonly {readonly resources: readonly string[]; readonly providers?: readonly object[]}[]
  }
  const used = resources.map(each => ({
    kinds: each.resources.join(', '),
    by: Object.keys(each.providers?.[0] ?? {})[0] ?? 'nothing',
  }))
  const ok = used.length > 0 && used.every(({by}) => ['aescbc', 'kms', 'secretbox'].includes(by))
  return {
    ok,
    found: used.length === 0 ? `${file} cannot be read` : used.map(({kinds, by}) => `${kinds} by ${by}`).join('; '),
  }
}
