import type {Manifest} from '../../../src/kubernetes/objects.js'
import type {ServingPair} from '../../../src/pki/serving-pair.js'
import {SAMPLE_IMAGE} from './sample-image.js'

export const NAMESPACE = 'wardle'
export const SERVICE = {name: 'api', namespace: NAMESPACE} as const
export const GROUP = 'wardle.example.com'
export const API = `v1alpha1.${GROUP}`
/** One that the security groups let controllers reach pods at. */
export const PORT = 8443
const RBAC = 'rbac.authorization.k8s.io'
const LABELS = {app: 'sample-apiserver'}
const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [{level: 'Metadata'}],
}
/** Who may read flunders, beside the administrators: a user by the front proxy, a service account by its token. */
const READERS = [
  {kind: 'User', name: 'alice', apiGroup: RBAC},
  {kind: 'ServiceAccount', name: 'reader', namespace: NAMESPACE},
]

/** sample-apiserver as an aggregated API with etcd beside it, in the order in which it is to be created. */
export function sampleObjects(serving: ServingPair): readonly Manifest[] {
  const inNamespace = (name: string) => ({name, namespace: NAMESPACE})
  const account = {kind: 'ServiceAccount', name: 'apiserver', namespace: NAMESPACE}
  const bind = (name: string, role: string, subjects: readonly object[]): Manifest => ({
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: {name},
    roleRef: {apiGroup: RBAC, kind: 'ClusterRole', name: role},
    subjects,
  })
  const role = (name: string, rules: readonly object[]): Manifest => ({
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRole',
    metadata: {name},
    rules,
  })
  const look = ['get', 'list', 'watch']
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  return [
    ...['apiserver', 'reader', 'stranger'].map(name => ({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: inNamespace(name),
    })),
    role('wardle:apiserver', [
      {apiGroups: [''], resources: ['namespaces'], verbs: look},
      {apiGroups: ['admissionregistration.k8s.io'], resources: ['*'], verbs: look},
      {apiGroups: ['flowcontrol.apiserver.k8s.io'], resources: ['*'], verbs: look},
    ]),
    bind('wardle:apiserver', 'wardle:apiserver', [account]),
    bind('wardle:auth-delegator', 'system:auth-delegator', [account]),
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'RoleBinding',
      metadata: {name: 'wardle-auth-reader', namespace: 'kube-system'},
      roleRef: {apiGroup: RBAC, kind: 'Role', name: 'extension-apiserver-authentication-reader'},
      subjects: [account],
    },
    role('wardle:readers', [{apiGroups: [GROUP], resources: ['flunders'], verbs: look}]),
    bind('wardle:readers', 'wardle:readers', READERS),
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: inNamespace('tls'),
      type: 'kubernetes.io/tls',
      data: {'tls.crt': base64(serving.certificate), 'tls.key': base64(serving.privateKey)},
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: inNamespace('audit'),
      data: {'policy.yaml': JSON.stringify(AUDIT_POLICY)},
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: SERVICE,
      spec: {selector: LABELS, ports: [{name: 'https', port: 443, protocol: 'TCP', targetPort: PORT}]},
    },
    pod(),
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: {name: API},
      spec: {
        group: GROUP,
        version: 'v1alpha1',
        groupPriorityMinimum: 1000,
        versionPriority: 15,
        service: {...SERVICE, port: 443},
        caBundle: base64(serving.ca),
      },
    },
  ]
}

/** As Pod Security "restricted" wants it. */
function pod(): Manifest {
  const container = (name: string, command: readonly string[], more: object): object => ({
    name,
    image: SAMPLE_IMAGE,
    command,
    securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: ['ALL']}},
    ...more,
  })
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name: SERVICE.name, namespace: NAMESPACE, labels: LABELS},
    spec: {
      nodeName: 'worker-1',
      serviceAccountName: 'apiserver',
      automountServiceAccountToken: true,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65534,
        runAsGroup: 65534,
        fsGroup: 65534,
        seccompProfile: {type: 'RuntimeDefault'},
      },
      containers: [
        container('etcd', ['/bin/etcd', '--data-dir=/data/etcd'], {volumeMounts: [{name: 'data', mountPath: '/data'}]}),
        container(
          'apiserver',
          [
            '/bin/sample-apiserver',
            '--etcd-servers=http://127.0.0.1:2379',
            `--secure-port=${PORT}`,
            '--tls-cert-file=/tls/tls.crt',
            '--tls-private-key-file=/tls/tls.key',
            '--audit-policy-file=/audit/policy.yaml',
            '--audit-log-path=-',
          ],
          {
            readinessProbe: {httpGet: {path: '/healthz', port: PORT, scheme: 'HTTPS'}, periodSeconds: 1},
            volumeMounts: [
              {name: 'tls', mountPath: '/tls', readOnly: true},
              {name: 'audit', mountPath: '/audit', readOnly: true},
            ],
          },
        ),
      ],
      volumes: [
        {name: 'data', emptyDir: {}},
        {name: 'tls', secret: {secretName: 'tls', defaultMode: 0o440}},
        {name: 'audit', configMap: {name: 'audit'}},
      ],
    },
  }
}
