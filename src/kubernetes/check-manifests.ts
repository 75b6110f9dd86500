import type {Manifest} from './objects.js'

/** Written to a pod to start its probing: `<peer ip> <peer ip> ... service <cluster ip>`. */
export const TARGETS_ANNOTATION = 'khw-check/targets'
/** On the namespaces of checks and on their pods; its value is what the check is for. */
export const CHECK_LABEL = 'khw-check'

export type CheckPurpose = 'network' | 'policy' | 'workload'

export const SERVICE_ACCOUNT = 'khw-check'
export const PORT = 8080

/**
 * A namespace for each run: what an earlier one left, or has not finished deleting, is not in the way. (Nothing can be
 * made in a namespace that is going, nor for a moment after it went, as admission looks at a cache.)
 */
export function namespaceManifest(namespace: string, purpose: CheckPurpose): Manifest {
  // The check must run in clusters whose default is `restricted` too (Pod Security admission, since 1.23).
  const labels = {[CHECK_LABEL]: purpose, 'pod-security.kubernetes.io/enforce': 'baseline'}
  return {apiVersion: 'v1', kind: 'Namespace', metadata: {name: namespace, labels}}
}

/** Of its own, as the namespace's default one appears some time after the namespace, and pods are refused until then. */
export function serviceAccountManifest(namespace: string): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: {name: SERVICE_ACCOUNT, namespace},
    automountServiceAccountToken: false,
  }
}

export function serviceManifest(namespace: string): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {name: 'workers', namespace},
    spec: {selector: {[CHECK_LABEL]: 'network'}, ports: [{name: 'http', port: 80, protocol: 'TCP', targetPort: PORT}]},
  }
}

export interface ProbePod {
  readonly namespace: string
  readonly name: string
  readonly worker: string
  readonly image: string
  readonly labels: Readonly<Record<string, string>>
  /** For busybox's sh. */
  readonly script: string
  readonly env?: Readonly<Record<string, string>>
  /** Mounted at `/pod`: files from the pod's own description. */
  readonly described?: readonly {readonly path: string; readonly fieldPath: string}[]
}

/** A pod of a check: on the worker that is named, whatever its taints, without rights, and with `/www` to write to. */
export function probePod({
  namespace,
  name,
  worker,
  image,
  labels,
  script,
  env = {},
  described = [],
}: ProbePod): Manifest {
  const pod = described.length > 0
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name, namespace, labels},
    spec: {
      nodeName: worker,
      serviceAccountName: SERVICE_ACCOUNT,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      tolerations: [{operator: 'Exists'}],
      securityContext: {runAsNonRoot: true, runAsUser: 65534, runAsGroup: 65534},
      containers: [
        {
          name: 'check',
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['sh', '-c', script],
          env: Object.entries(env).map(([key, value]) => ({name: key, value})),
          ports: [{name: 'http', containerPort: PORT, protocol: 'TCP'}],
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: {drop: ['ALL']},
          },
          volumeMounts: [
            {name: 'www', mountPath: '/www'},
            ...(pod ? [{name: 'pod', mountPath: '/pod', readOnly: true}] : []),
          ],
        },
      ],
      volumes: [
        {name: 'www', emptyDir: {}},
        ...(pod
          ? [
              {
                name: 'pod',
                downwardAPI: {items: described.map(({path, fieldPath}) => ({path, fieldRef: {fieldPath}}))},
              },
            ]
          : []),
      ],
    },
  }
}

/**
 * A pod that serves its worker's name, waits for its targets to be written into its annotation, and fetches each until
 * it answers. The kubelet updates the file as soon as the annotation changes: no second round of pods is needed. It
 * prints `ip <address> <name it answered>`, `service <all names so far, comma separated>`, and at last `done`.
 */
export function podManifest(namespace: string, worker: string, workers: number, image: string): Manifest {
  return probePod({
    namespace,
    name: worker,
    worker,
    image,
    labels: {[CHECK_LABEL]: 'network'},
    script: SCRIPT,
    env: {WORKER: worker, WORKERS: String(workers)},
    described: [{path: 'targets', fieldPath: `metadata.annotations['${TARGETS_ANNOTATION}']`}],
  })
}

/** `fetch HOST` prints what is at `http://HOST/`, within a second or not at all. */
export const FETCH = `# BusyBox before 1.30 wants the time as an option.
if timeout -t 1 true 2>/dev/null; then limit='timeout -t 1'; else limit='timeout 1'; fi
fetch() { $limit wget -q -O - "http://$1/" 2>/dev/null; }`

/**
 * For busybox's sh. Peers are fetched at the same time; a peer that does not answer is tried until the check's own
 * time is up. The Service is asked until it has led to every worker, but at most 8 times for each of them: it picks
 * at random, so that it may miss one, which is no failure. One that has not led off the node yet is asked on: kube-proxy
 * may have learnt of the own pod first. It is `timeout` that
 * limits a fetch, as `wget -T` crashes in Debian 12's busybox-static (1.35.0-4).
 */
const SCRIPT = `
echo "$WORKER" > /www/index.html
httpd -p ${PORT} -h /www || exit 1
${FETCH}
peer() { until name=$(fetch "$1:${PORT}"); do sleep 0.1; done; echo "ip $1 $name"; }
service() {
  seen=; count=0; tries=0
  while [ $count -lt $WORKERS ] && { [ $tries -lt $((WORKERS * 8)) ] || [ "\${seen:-$WORKER}" = "$WORKER" ]; }; do
    [ $tries -lt $((WORKERS * 8)) ] || sleep 0.2
    if name=$(fetch "$1"); then
      tries=$((tries + 1))
      case ",$seen," in
        *",$name,"*) ;;
        *) seen="$seen\${seen:+,}$name"; count=$((count + 1)); echo "service $seen" ;;
      esac
    else
      sleep 0.1
    fi
  done
}
until [ -s /pod/targets ]; do sleep 0.1; done
kind=peer
for target in $(cat /pod/targets); do
  if [ "$target" = service ]; then kind=service; else $kind "$target" & fi
done
wait
echo done
while :; do sleep 3600; done
`
