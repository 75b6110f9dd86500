import {CHECK_LABEL, FETCH, PORT, probePod} from './check-manifests.js'
import type {Manifest} from './objects.js'

/** On the pods that the policy lets in. */
const FRIEND = 'friend'

/** A pod that answers on its port; the policy is about it. */
export function serverPod(namespace: string, worker: string, image: string): Manifest {
  return probePod({namespace, name: 'server', worker, image, labels: {[CHECK_LABEL]: 'server'}, script: SERVE})
}

/** A pod that fetches from the server all the time and writes `open` or `closed` whenever that changes. */
export function clientPod({
  namespace,
  name,
  worker,
  image,
  server,
}: {
  readonly namespace: string
  /** `friend` is let in. */
  readonly name: string
  readonly worker: string
  readonly image: string
  /** Address of the server. */
  readonly server: string
}): Manifest {
  const labels = {[CHECK_LABEL]: name === FRIEND ? FRIEND : 'stranger'}
  return probePod({namespace, name, worker, image, labels, script: ASK, env: {SERVER: `${server}:${PORT}`}})
}

/** Lets nobody but friends reach the server (https://kubernetes.io/docs/concepts/services-networking/network-policies/). */
export function policyManifest(namespace: string): Manifest {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: {name: 'friends-only', namespace},
    spec: {
      podSelector: {matchLabels: {[CHECK_LABEL]: 'server'}},
      policyTypes: ['Ingress'],
      ingress: [{from: [{podSelector: {matchLabels: {[CHECK_LABEL]: FRIEND}}}]}],
    },
  }
}

const SERVE = `
echo here > /www/index.html
httpd -f -p ${PORT} -h /www
`

const ASK = `
${FETCH}
last=
while :; do
  if fetch "$SERVER" >/dev/null; then now=open; else now=closed; fi
  [ "$now" = "$last" ] || { echo $now; last=$now; }
  sleep 0.2
done
`
