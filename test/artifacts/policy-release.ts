import type {PolicyReleases} from '../../src/artifacts/upstream/network-policies.js'
import {sha256} from './support.js'

/** A manifest as an engine of policies releases it, in kinds and fields: made up for tests. */
export const POLICY_MANIFEST = `---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: kube-network-policies
  namespace: kube-system
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: kube-network-policies
rules:
  - apiGroups: [networking.k8s.io]
    resources: [networkpolicies]
    verbs: [watch]
---
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: kube-network-policies
  namespace: kube-system
spec:
  selector:
    matchLabels: {app: kube-network-policies}
  template:
    metadata:
      labels: {app: kube-network-policies}
    spec:
      hostNetwork: true
      tolerations:
        - operator: Exists
          effect: NoSchedule
      containers:
        - name: engine
          image: registry.example/older:v0
          args: [/bin/engine, --v=2]
          securityContext: {privileged: true}
---
`

const IMAGE_MANIFEST = JSON.stringify({schemaVersion: 2, manifests: []})
const DIGEST = `sha256:${sha256(IMAGE_MANIFEST)}`
const URL = 'https://raw.githubusercontent.com/example/engine/v9/install.yaml'

/** Instead of the pinned release, whose manifest is no part of this repository. */
export const TEST_RELEASES: PolicyReleases = {
  'kube-network-policies': {
    version: '9',
    manifest: {url: URL, sha256: sha256(POLICY_MANIFEST)},
    image: `registry.k8s.io/networking/kube-network-policies:v9@${DIGEST}`,
  },
}

/** What its manifest and its image are at, by URL without `https://`. */
export const POLICY_FILES: Readonly<Record<string, Buffer>> = {
  [URL.replace('https://', '')]: Buffer.from(POLICY_MANIFEST),
  [`registry.k8s.io/v2/networking/kube-network-policies/manifests/${DIGEST}`]: Buffer.from(IMAGE_MANIFEST),
}

export const MANIFEST_PATH = URL.replace('https://', '')
