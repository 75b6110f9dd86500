import {yamlFile} from '../yaml.js'

const CORE = ''

/**
 * kube-apiserver's audit policy (audit.k8s.io/v1). The first rule that matches an event decides. It answers what CIS 3.2.2
 * asks: who touched secrets, changed workloads and roles, and reached into running pods. It never writes a secret's value
 * down, and leaves out what the system itself watches all day.
 */
export function auditPolicy(): string {
  return yamlFile('What kube-apiserver writes to its audit log.', {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    // One line a request, when it is answered.
    omitStages: ['RequestReceived'],
    rules: [
      {level: 'None', nonResourceURLs: ['/livez*', '/readyz*', '/healthz*', '/version', '/openapi*', '/metrics']},
      {level: 'None', resources: [{group: 'coordination.k8s.io', resources: ['leases']}]},
      {level: 'None', resources: [{group: CORE, resources: ['events']}, {group: 'events.k8s.io'}]},
      // Who touched it, not what is in it; a node that reads a secret, too.
      {
        level: 'Metadata',
        resources: [
          {group: CORE, resources: ['secrets', 'configmaps', 'serviceaccounts/token']},
          {group: 'authentication.k8s.io', resources: ['tokenreviews']},
        ],
      },
      {
        level: 'None',
        users: ['system:kube-scheduler', 'system:kube-controller-manager', 'system:kube-proxy', 'system:apiserver'],
        verbs: ['get', 'list', 'watch'],
      },
      {level: 'None', userGroups: ['system:nodes'], verbs: ['get', 'list', 'watch']},
      // Every few seconds, and as long as what they say.
      {
        level: 'Metadata',
        userGroups: ['system:nodes'],
        resources: [{group: CORE, resources: ['nodes/status', 'pods/status']}],
      },
      {
        level: 'Metadata',
        resources: [
          {
            group: CORE,
            resources: [
              'pods/attach',
              'pods/exec',
              'pods/log',
              'pods/portforward',
              'pods/proxy',
              'services/proxy',
              'nodes/proxy',
            ],
          },
        ],
      },
      {level: 'Metadata', verbs: ['get', 'list', 'watch']},
      {
        level: 'RequestResponse',
        resources: [{group: 'rbac.authorization.k8s.io'}, {group: 'admissionregistration.k8s.io'}],
      },
      {
        level: 'Request',
        resources: [{group: CORE}, {group: 'apps'}, {group: 'batch'}, {group: 'networking.k8s.io'}],
      },
      {level: 'Metadata'},
    ],
  })
}
