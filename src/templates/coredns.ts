import {dnsServiceIp} from '../cluster/addressing.js'
import type {ClusterSpec} from '../cluster/spec.js'
import type {Manifest} from '../kubernetes/objects.js'
import {releaseOf} from '../kubernetes/releases.js'
import {spreadPods} from './spread-pods.js'

const NAME = 'coredns'
const NAMESPACE = 'kube-system'
const SELECTOR = {'k8s-app': 'kube-dns'} as const
/** Not 53: that would take root, or a capability that its images of before 1.11 do not give to anybody else. */
const PORT = 1053

/** The plugins of CoreDNS's `kubernetes` set-up (https://coredns.io/plugins/). `lameduck` lets endpoints learn of its end. */
const COREFILE = `.:${PORT} {
    errors
    health {
        lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
        ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
        max_concurrent 1000
    }
    cache 30
    loop
    reload
    loadbalance
}
`

/** Cluster DNS, in the order the objects are to be created. `image` is ArtifactSet.images.coredns. */
export function corednsObjects(spec: ClusterSpec, image: string): readonly Manifest[] {
  const metadata = {name: NAME, namespace: NAMESPACE, labels: SELECTOR}
  const {podDisruptionBudgetVersion} = releaseOf(spec.kubernetesVersion)
  return [
    {apiVersion: 'v1', kind: 'ServiceAccount', metadata},
    ...rbac(),
    {apiVersion: 'v1', kind: 'ConfigMap', metadata, data: {Corefile: COREFILE}},
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {name: 'kube-dns', namespace: NAMESPACE, labels: {...SELECTOR, 'kubernetes.io/name': 'CoreDNS'}},
      spec: {
        clusterIP: dnsServiceIp(spec),
        selector: SELECTOR,
        ports: [
          {name: 'dns', port: 53, protocol: 'UDP', targetPort: 'dns'},
          {name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 'dns-tcp'},
          {name: 'metrics', port: 9153, protocol: 'TCP', targetPort: 'metrics'},
        ],
      },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        replicas: 2,
        strategy: {type: 'RollingUpdate', rollingUpdate: {maxUnavailable: 1}},
        selector: {matchLabels: SELECTOR},
        template: {metadata: {labels: SELECTOR}, spec: podSpec(image)},
      },
    },
    {
      apiVersion: podDisruptionBudgetVersion,
      kind: 'PodDisruptionBudget',
      metadata,
      spec: {maxUnavailable: 1, selector: {matchLabels: SELECTOR}},
    },
  ]
}

/** What its `kubernetes` plugin watches; EndpointSlices are all it asks for since CoreDNS 1.9. */
function rbac(): Manifest[] {
  const role = {name: `system:${NAME}`}
  return [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: role,
      rules: [
        {apiGroups: [''], resources: ['endpoints', 'services', 'pods', 'namespaces'], verbs: ['list', 'watch']},
        {apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch']},
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: role,
      roleRef: {apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role.name},
      subjects: [{kind: 'ServiceAccount', name: NAME, namespace: NAMESPACE}],
    },
  ]
}

function podSpec(image: string): object {
  return {
    serviceAccountName: NAME,
    automountServiceAccountToken: true,
    priorityClassName: 'system-cluster-critical',
    nodeSelector: {'kubernetes.io/os': 'linux'},
    affinity: spreadPods(SELECTOR),
    // Pod Security "restricted".
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      seccompProfile: {type: 'RuntimeDefault'},
    },
    // Its own resolver is the node's, or it would ask itself.
    dnsPolicy: 'Default',
    containers: [
      {
        name: NAME,
        image,
        imagePullPolicy: 'IfNotPresent',
        args: ['-conf', '/etc/coredns/Corefile'],
        ports: [
          {name: 'dns', containerPort: PORT, protocol: 'UDP'},
          {name: 'dns-tcp', containerPort: PORT, protocol: 'TCP'},
          {name: 'metrics', containerPort: 9153, protocol: 'TCP'},
        ],
        resources: {requests: {cpu: '100m', memory: '70Mi'}, limits: {memory: '170Mi'}},
        readinessProbe: {httpGet: {path: '/ready', port: 8181}, periodSeconds: 2, timeoutSeconds: 2},
        livenessProbe: {
          httpGet: {path: '/health', port: 8080},
          initialDelaySeconds: 60,
          timeoutSeconds: 5,
          failureThreshold: 5,
        },
        securityContext: {
          allowPrivilegeEscalation: false,
          // The program carries this as a file capability since 1.11: without it in reach it could not be started.
          capabilities: {add: ['NET_BIND_SERVICE'], drop: ['ALL']},
          readOnlyRootFilesystem: true,
        },
        volumeMounts: [{name: 'config', mountPath: '/etc/coredns', readOnly: true}],
      },
    ],
    volumes: [{name: 'config', configMap: {name: NAME, items: [{key: 'Corefile', path: 'Corefile'}]}}],
  }
}
