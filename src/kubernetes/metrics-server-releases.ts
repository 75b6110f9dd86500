import {releaseOf} from './releases.js'

/** The metrics-server that goes with a release of Kubernetes. */
export interface MetricsServerRelease {
  /** Tag of registry.k8s.io/metrics-server/metrics-server, without `v`. */
  readonly version: string
  /** What it asks of the kubelets: the summary until 0.5, `/metrics/resource` since 0.6 (its manifests/base/rbac.yaml). */
  readonly kubeletResource: 'nodes/stats' | 'nodes/metrics'
}

/** By its compatibility matrix (README of kubernetes-sigs/metrics-server), newest first: the oldest minor of each line. */
const LINES: readonly (readonly [minor: number, release: MetricsServerRelease])[] = [
  [34, {version: '0.9.0', kubeletResource: 'nodes/metrics'}],
  [31, {version: '0.8.1', kubeletResource: 'nodes/metrics'}],
  [27, {version: '0.7.2', kubeletResource: 'nodes/metrics'}],
  [25, {version: '0.6.4', kubeletResource: 'nodes/metrics'}],
]
const OLDEST: MetricsServerRelease = {version: '0.5.2', kubeletResource: 'nodes/stats'}

/** @throws KhwError VERSION_UNSUPPORTED as `releaseOf`. */
export function metricsServerReleaseOf(kubernetesVersion: string): MetricsServerRelease {
  const {minor} = releaseOf(kubernetesVersion)
  return LINES.find(([from]) => minor >= from)?.[1] ?? OLDEST
}
