import {createHash} from 'node:crypto'
import type {ClusterSpec} from '../cluster/spec.js'
import {metricsServerReleaseOf} from '../kubernetes/metrics-server-releases.js'
import type {Manifest} from '../kubernetes/objects.js'
import {releaseOf} from '../kubernetes/releases.js'
import type {ServingPair} from '../pki/serving-pair.js'
import {spreadPods} from './spread-pods.js'

const NAME = 'metrics-server'
const NAMESPACE = 'kube-system'
const SELECTOR = {'k8s-app': NAME} as const
const SUBJECTS = [{kind: 'ServiceAccount', name: NAME, namespace: NAMESPACE}] as const
const SECRET = `${NAME}-tls`
const RBAC = 'rbac.authorization.k8s.io'

/** What its API servers are verified by. */
export const METRICS_SERVER_SERVICE = {name: NAME, namespace: NAMESPACE} as const
export const METRICS_API = 'v1beta1.metrics.k8s.io'

/** One that the security groups let controllers reach pods at; above 1023, as it is not root. */
const PORT = 4443
const TLS = '/etc/metrics-server/tls'
/** The cluster's authority, as every service account has it: it signs the kubelets' serving certificates too. */
const CLUSTER_CA = '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt'

/**
 * metrics-server (https://github.com/kubernetes-sigs/metrics-server) with nothing left unverified: it knows the kubelets by
 * the cluster's authority, and the API servers know it by the same. In the order the objects are to be created.
 */
export function metricsServerObjects(
  spec: Pick<ClusterSpec, 'kubernetesVersion'>,
  image: string,
  serving: ServingPair,
): readonly Manifest[] {
  const metadata = {name: NAME, namespace: NAMESPACE, labels: SELECTOR}
  const {podDisruptionBudgetVersion} = releaseOf(spec.kubernetesVersion)
  return [
    {apiVersion: 'v1', kind: 'ServiceAccount', metadata},
    ...rbac(spec),
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {...metadata, name: SECRET},
      type: 'kubernetes.io/tls',
      data: {'tls.crt': base64(serving.certificate), 'tls.key': base64(serving.privateKey)},
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: {selector: SELECTOR, ports: [{name: 'https', port: 443, protocol: 'TCP', targetPort: 'https'}]},
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        replicas: 2,
        strategy: {type: 'RollingUpdate', rollingUpdate: {maxUnavailable: 1}},
        selector: {matchLabels: SELECTOR},
        template: {
          // A new certificate is a new pod: who asks and who answers change over together.
          metadata: {labels: SELECTOR, annotations: {'khw/certificate': digestOf(serving.certificate)}},
          spec: podSpec(image),
        },
      },
    },
    {
      apiVersion: podDisruptionBudgetVersion,
      kind: 'PodDisruptionBudget',
      metadata,
      spec: {maxUnavailable: 1, selector: {matchLabels: SELECTOR}},
    },
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: {name: METRICS_API, labels: {...SELECTOR, 'app.kubernetes.io/managed-by': 'khw'}},
      spec: {
        group: 'metrics.k8s.io',
        version: 'v1beta1',
        groupPriorityMinimum: 100,
        versionPriority: 100,
        service: {...METRICS_SERVER_SERVICE, port: 443},
        caBundle: base64(serving.ca),
      },
    },
  ]
}

function rbac(spec: Pick<ClusterSpec, 'kubernetesVersion'>): Manifest[] {
  const {kubeletResource} = metricsServerReleaseOf(spec.kubernetesVersion)
  const role = (name: string, rules: readonly object[], labels = {}): Manifest => ({
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRole',
    metadata: {name, labels: {...SELECTOR, ...labels}},
    rules,
  })
  const binding = (name: string, to: string): Manifest => ({
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: {name, labels: SELECTOR},
    roleRef: {apiGroup: RBAC, kind: 'ClusterRole', name: to},
    subjects: SUBJECTS,
  })
  return [
    role(
      'system:aggregated-metrics-reader',
      [{apiGroups: ['metrics.k8s.io'], resources: ['pods', 'nodes'], verbs: ['get', 'list', 'watch']}],
      Object.fromEntries(['view', 'edit', 'admin'].map(to => [`${RBAC}/aggregate-to-${to}`, 'true'])),
    ),
    role(`system:${NAME}`, [
      {apiGroups: [''], resources: [kubeletResource], verbs: ['get']},
      {apiGroups: [''], resources: ['pods', 'nodes'], verbs: ['get', 'list', 'watch']},
    ]),
    binding(`system:${NAME}`, `system:${NAME}`),
    // It asks the API servers who is calling and whether that one may.
    binding(`${NAME}:system:auth-delegator`, 'system:auth-delegator'),
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'RoleBinding',
      metadata: {name: `${NAME}-auth-reader`, namespace: NAMESPACE, labels: SELECTOR},
      roleRef: {apiGroup: RBAC, kind: 'Role', name: 'extension-apiserver-authentication-reader'},
      subjects: SUBJECTS,
    },
  ]
}

function podSpec(image: string): object {
  const probe = (path: string): object => ({httpGet: {path, port: 'https', scheme: 'HTTPS'}, periodSeconds: 10})
  return {
    serviceAccountName: NAME,
    automountServiceAccountToken: true,
    priorityClassName: 'system-cluster-critical',
    nodeSelector: {'kubernetes.io/os': 'linux'},
    affinity: spreadPods(SELECTOR),
    // Pod Security "restricted".
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 1000,
      runAsGroup: 1000,
      fsGroup: 1000,
      seccompProfile: {type: 'RuntimeDefault'},
    },
    containers: [
      {
        name: NAME,
        image,
        imagePullPolicy: 'IfNotPresent',
        args: [
          `--secure-port=${PORT}`,
          `--tls-cert-file=${TLS}/tls.crt`,
          `--tls-private-key-file=${TLS}/tls.key`,
          '--tls-min-version=VersionTLS13',
          `--kubelet-certificate-authority=${CLUSTER_CA}`,
          // `worker-1` is in no DNS.
          '--kubelet-preferred-address-types=InternalIP',
          '--kubelet-use-node-status-port',
          '--metric-resolution=15s',
        ],
        ports: [{name: 'https', containerPort: PORT, protocol: 'TCP'}],
        resources: {requests: {cpu: '100m', memory: '200Mi'}},
        readinessProbe: {...probe('/readyz'), initialDelaySeconds: 20},
        livenessProbe: probe('/livez'),
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: {drop: ['ALL']},
          readOnlyRootFilesystem: true,
        },
        volumeMounts: [{name: 'tls', mountPath: TLS, readOnly: true}],
      },
    ],
    volumes: [{name: 'tls', secret: {secretName: SECRET, defaultMode: 0o440}}],
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
