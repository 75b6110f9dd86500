import {CHECK_LABEL, PORT, SERVICE_ACCOUNT} from './check-manifests.js'
import type {Manifest} from './objects.js'

export const DEPLOYMENT = 'web'
/** What each of its pods says first. */
export const GREETING = 'khw-check serves'

const LABELS = {[CHECK_LABEL]: 'workload'}

/** Pods that serve their own names; the scheduler is to find places for them. */
export function deploymentManifest(namespace: string, replicas: number, image: string): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {name: DEPLOYMENT, namespace},
    spec: {
      replicas,
      selector: {matchLabels: LABELS},
      template: {
        metadata: {labels: LABELS},
        spec: {
          serviceAccountName: SERVICE_ACCOUNT,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 0,
          securityContext: {runAsNonRoot: true, runAsUser: 65534, runAsGroup: 65534},
          containers: [
            {
              name: 'web',
              image,
              imagePullPolicy: 'IfNotPresent',
              command: [
                'sh',
                '-c',
                `hostname >/www/index.html && echo ${GREETING} && exec httpd -f -p ${PORT} -h /www`,
              ],
              ports: [{name: 'http', containerPort: PORT, protocol: 'TCP'}],
              readinessProbe: {httpGet: {path: '/', port: PORT}, periodSeconds: 1},
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: {drop: ['ALL']},
              },
              volumeMounts: [{name: 'www', mountPath: '/www'}],
            },
          ],
          volumes: [{name: 'www', emptyDir: {}}],
        },
      },
    },
  }
}

/** A port of every node that leads to them; which one, the API server chooses. */
export function nodePortManifest(namespace: string): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {name: DEPLOYMENT, namespace},
    spec: {type: 'NodePort', selector: LABELS, ports: [{name: 'http', port: 80, protocol: 'TCP', targetPort: PORT}]},
  }
}
