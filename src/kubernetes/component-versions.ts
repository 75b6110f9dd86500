import {NEWEST_MINOR, OLDEST_MINOR, unsupportedKubernetes} from './releases.js'

/** The versions of everything beside Kubernetes itself that one Kubernetes version is run with. All without `v`. */
export interface ComponentVersions {
  /** The Kubernetes version asked for: `1.36.2`, or `1.36` if only the minor is known. */
  readonly kubernetes: string
  readonly etcd: string
  readonly containerd: string
  readonly runc: string
  /** containernetworking/plugins. */
  readonly cni: string
  readonly crictl: string
  /** Tag of registry.k8s.io/pause. */
  readonly pause: string
  /** Tag of registry.k8s.io/coredns/coredns, without `v`. */
  readonly coredns: string
}

/** Of 1.36: the newest minor of which all that khw sets was read from the final release; 1.37's was read before that. */
export const DEFAULT_KUBERNETES_VERSION = '1.36.2'

type Row = Omit<ComponentVersions, 'kubernetes' | 'crictl'>

/**
 * What follows from the minor version, newest first: a row serves its minor and those above it up to the next row.
 * Patches are those of September 2026.
 *
 * etcd, pause and CoreDNS follow kubeadm's constants of that minor (cmd/kubeadm/app/constants), etcd with the newest
 * patch of the line; but CoreDNS is 1.8.0 under 1.20 too, the first in that place of the registry.
 *
 * containerd follows its own table (its RELEASES.md, "Kubernetes Support"): of the lines named there for the minor, the
 * one that is supported longest. For minors that the table has dropped it is 1.7, which alone speaks CRI v1alpha2
 * (Kubernetes before 1.23 needs it) as well as v1. Kubernetes 1.35 is the last for which it names 1.x.
 */
const ROWS: readonly (readonly [minor: number, row: Row])[] = [
  [37, {etcd: '3.7.2', containerd: '2.3.4', runc: '1.4.3', cni: '1.9.1', pause: '3.10.2', coredns: '1.14.6'}],
  [36, {etcd: '3.6.14', containerd: '2.3.4', runc: '1.4.3', cni: '1.9.1', pause: '3.10.2', coredns: '1.14.2'}],
  [35, {etcd: '3.6.14', containerd: '2.2.7', runc: '1.3.6', cni: '1.9.1', pause: '3.10.1', coredns: '1.13.1'}],
  [34, {etcd: '3.6.14', containerd: '2.0.11', runc: '1.3.6', cni: '1.9.1', pause: '3.10.1', coredns: '1.12.1'}],
  [33, {etcd: '3.5.33', containerd: '2.0.11', runc: '1.3.6', cni: '1.9.1', pause: '3.10', coredns: '1.12.0'}],
  [32, {etcd: '3.5.33', containerd: '2.0.11', runc: '1.3.6', cni: '1.9.1', pause: '3.10', coredns: '1.11.3'}],
  [31, {etcd: '3.5.33', containerd: '1.7.34', runc: '1.3.6', cni: '1.9.1', pause: '3.10', coredns: '1.11.3'}],
  [29, {etcd: '3.5.33', containerd: '1.7.34', runc: '1.3.6', cni: '1.9.1', pause: '3.9', coredns: '1.11.1'}],
  [27, {etcd: '3.5.33', containerd: '1.7.34', runc: '1.3.6', cni: '1.9.1', pause: '3.9', coredns: '1.10.1'}],
  [26, {etcd: '3.5.33', containerd: '1.7.34', runc: '1.3.6', cni: '1.9.1', pause: '3.9', coredns: '1.9.3'}],
  [25, {etcd: '3.5.33', containerd: '1.7.34', runc: '1.3.6', cni: '1.9.1', pause: '3.8', coredns: '1.9.3'}],
  [24, {etcd: '3.5.33', containerd: '1.7.34', runc: '1.3.6', cni: '1.9.1', pause: '3.7', coredns: '1.8.6'}],
  [23, {etcd: '3.5.33', containerd: '1.7.34', runc: '1.3.6', cni: '1.9.1', pause: '3.6', coredns: '1.8.6'}],
  [22, {etcd: '3.5.33', containerd: '1.7.34', runc: '1.3.6', cni: '1.9.1', pause: '3.5', coredns: '1.8.4'}],
  [21, {etcd: '3.4.45', containerd: '1.7.34', runc: '1.3.6', cni: '1.9.1', pause: '3.4.1', coredns: '1.8.0'}],
  [20, {etcd: '3.4.45', containerd: '1.7.34', runc: '1.3.6', cni: '1.9.1', pause: '3.2', coredns: '1.8.0'}],
]

/** `1.20` to the newest, oldest first. */
export const SUPPORTED_MINORS: readonly string[] = Object.freeze(
  Array.from({length: NEWEST_MINOR - OLDEST_MINOR + 1}, (_, i) => `1.${OLDEST_MINOR + i}`),
)

/**
 * The components for a Kubernetes version: `1.36.2` or the minor `1.36` (a leading `v` is accepted).
 * Throws VERSION_UNSUPPORTED naming the range for anything else.
 */
export function componentVersions(kubernetesVersion: string): ComponentVersions {
  const match = /^v?1\.(0|[1-9]\d{0,2})(\.(?:0|[1-9]\d{0,3}))?$/.exec(kubernetesVersion)
  const minor = Number(match?.[1])
  const row = ROWS.find(([from]) => minor >= from)?.[1]
  if (!match || !row || minor > NEWEST_MINOR) throw unsupportedKubernetes(kubernetesVersion)
  return {kubernetes: `1.${minor}${match[2] ?? ''}`, ...row, crictl: `1.${minor}.0`}
}
