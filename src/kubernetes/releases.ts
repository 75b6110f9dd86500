import {KhwError} from '../errors.js'

/**
 * What differs between minor versions of Kubernetes, by name. Templates ask for a capability and never compare
 * versions. What is the same in all supported versions is not here: the scheduler is configured by flags (its file's
 * version changed four times, its flags did not), and the encryption configuration is `apiserver.config.k8s.io/v1`.
 */
export interface Release {
  /** The second number of the version: 36. */
  readonly minor: number
  /**
   * The kubelet knows Docker too and must be told to use a CRI runtime (`--container-runtime=remote`) and CNI
   * (`--network-plugin=cni`). Both went away with dockershim in 1.24 (CHANGELOG-1.24, "Dockershim removed").
   */
  readonly kubeletDockershimFlags: boolean
  /**
   * Where the kubelet learns the CRI socket: the flag `--container-runtime-endpoint`, or from 1.27 on the field
   * `containerRuntimeEndpoint` of its configuration (CHANGELOG-1.27; KubeletConfiguration v1beta1 reference).
   */
  readonly kubeletRuntimeEndpoint: 'flag' | 'field'
  /**
   * The kubelet's configuration has `failCgroupV1` (since 1.31, KEP-4569), which is true by default since 1.35
   * (KEP-5573). Older ones refuse a field they do not know.
   */
  readonly kubeletFailCgroupV1: boolean
  /**
   * nftables is stable since 1.33 (KEP-3866), and what upstream asks people to use ("NFTables mode for kube-proxy",
   * kubernetes.io, 2025-02-28); it needs a kernel of 5.13 and the program `nft` of 1.0.1 or newer.
   */
  readonly kubeProxyMode: 'nftables' | 'iptables'
  /**
   * First numbers of the containerd versions that serve its kubelet: 1.x alone speaks CRI v1alpha2, which kubelets before
   * 1.23 need, and containerd names 2.x alone for 1.36 (its RELEASES.md, "Kubernetes Support"; the kubelet itself drops 1.7
   * with 1.38: CHANGELOG-1.37).
   */
  readonly containerdMajors: readonly number[]
  /** `seccompDefault` works without a feature gate: beta in 1.25, stable in 1.27 (KEP-2413). */
  readonly kubeletSeccompDefault: boolean
  /**
   * kube-controller-manager and kube-scheduler open an HTTP port without authentication unless told `--port=0`. The
   * flag lost its effect in 1.22 and 1.23 (CHANGELOG of each) and was removed in 1.24.
   */
  readonly insecurePortFlag: boolean
  /** Admission plugin `DenyServiceExternalIPs`, the answer to CVE-2020-8554: since 1.21 (CHANGELOG-1.21). */
  readonly denyServiceExternalIps: boolean
  /**
   * Group and version of the configuration of Pod Security admission; undefined before 1.23, where it is behind a gate that
   * is off (1.22) or not there: nothing enforces a standard on pods then. v1 since 1.25 (KEP-2579).
   */
  readonly podSecurityConfigVersion:
    'pod-security.admission.config.k8s.io/v1' | 'pod-security.admission.config.k8s.io/v1beta1' | undefined
  /** Group and version of EndpointSlice: v1 since 1.21; v1beta1 was removed in 1.25 (deprecation guide). */
  readonly endpointSliceVersion: 'discovery.k8s.io/v1' | 'discovery.k8s.io/v1beta1'
  /** Group and version of PodDisruptionBudget: v1 since 1.21; v1beta1 was removed in 1.25 (deprecation guide). */
  readonly podDisruptionBudgetVersion: 'policy/v1' | 'policy/v1beta1'
  /** Group and version of what is posted to evict a pod: v1 since 1.22 (CHANGELOG-1.22). */
  readonly evictionVersion: 'policy/v1' | 'policy/v1beta1'
  /**
   * Version of `apiserver.config.k8s.io` in which an AuthenticationConfiguration may say on which paths requests are
   * anonymous: beta and on by default since 1.32, stable since 1.34 (feature gate AnonymousAuthConfigurableEndpoints,
   * KEP-4633). Absent: anonymous requests are answered everywhere or nowhere.
   */
  readonly anonymousPathsVersion?: 'v1' | 'v1beta1'
  /**
   * The API server refuses a list that is asked for by a watch (`sendInitialEvents`, KEP-3157) where it does not serve it:
   * since 1.27. Older ones send a plain watch instead, and clients built with client-go 0.35 or newer wait for its end.
   */
  readonly refusesListByWatch: boolean
  /** Best provider for secrets at rest that needs no KMS; every supported version has secretbox (since 1.7). */
  readonly encryptionProvider: 'secretbox' | 'aescbc'
}

/** Kubernetes 1.20 to 1.37 (kubernetes.io/releases; the newest has been out since 2026-08-26). */
export const OLDEST_MINOR = 20
export const NEWEST_MINOR = 37
const LIST_BY_WATCH = 27

/** The oldest minor with which the engines of network policies work (`refusesListByWatch`). */
export const OLDEST_WITH_POLICIES = `1.${LIST_BY_WATCH}`

/** @throws KhwError VERSION_UNSUPPORTED for anything that is no release of a supported minor. */
export function releaseOf(kubernetesVersion: string): Release {
  const [major, minor] = numbersOf(kubernetesVersion, 'Kubernetes')
  if (major !== 1 || minor < OLDEST_MINOR || minor > NEWEST_MINOR) throw unsupportedKubernetes(kubernetesVersion)
  return {
    minor,
    kubeletDockershimFlags: minor < 24,
    kubeletRuntimeEndpoint: minor < 27 ? 'flag' : 'field',
    kubeletFailCgroupV1: minor >= 31,
    kubeProxyMode: minor < 33 ? 'iptables' : 'nftables',
    containerdMajors: minor < 23 ? [1] : minor < 36 ? [1, 2] : [2],
    kubeletSeccompDefault: minor >= 25,
    insecurePortFlag: minor < 23,
    denyServiceExternalIps: minor >= 21,
    podSecurityConfigVersion: podSecurityConfigVersionOf(minor),
    endpointSliceVersion: minor < 21 ? 'discovery.k8s.io/v1beta1' : 'discovery.k8s.io/v1',
    podDisruptionBudgetVersion: minor < 21 ? 'policy/v1beta1' : 'policy/v1',
    evictionVersion: minor < 22 ? 'policy/v1beta1' : 'policy/v1',
    ...(minor < 32 ? {} : {anonymousPathsVersion: minor < 34 ? 'v1beta1' : 'v1'}),
    refusesListByWatch: minor >= LIST_BY_WATCH,
    encryptionProvider: 'secretbox',
  }
}

function podSecurityConfigVersionOf(minor: number): Release['podSecurityConfigVersion'] {
  if (minor < 23) return undefined
  return minor < 25 ? 'pod-security.admission.config.k8s.io/v1beta1' : 'pod-security.admission.config.k8s.io/v1'
}

/** What differs between the versions of etcd that go with these. */
export interface EtcdRelease {
  /**
   * `--tls-min-version`, and with it TLS 1.3 at all: since 3.5.8 and 3.4.25 (etcd CHANGELOG-3.5 and 3.4, issues 15436
   * and 15437). Older ones speak TLS 1.2, whose cipher suites must then be chosen; newer ones refuse that choice.
   */
  readonly tlsMinVersionFlag: boolean
  /** The v2 API exists and must be kept off: until 3.5 (CHANGELOG-3.6, "Removed etcd --enable-v2"). */
  readonly v2Api: boolean
}

/** @throws KhwError VERSION_UNSUPPORTED for anything older than 3.4. */
export function etcdReleaseOf(etcdVersion: string): EtcdRelease {
  const [major, minor, patch] = numbersOf(etcdVersion, 'etcd')
  if (major !== 3 || minor < 4) {
    throw new KhwError('VERSION_UNSUPPORTED', `khw cannot configure etcd ${etcdVersion}: it knows 3.4 and newer 3.x.`, [
      'Use a --kubernetes-version or --mirror that brings etcd 3.4 or newer',
    ])
  }
  const firstWithTlsMin = new Map([
    [4, 25],
    [5, 8],
  ])
  return {tlsMinVersionFlag: patch >= (firstWithTlsMin.get(minor) ?? 0), v2Api: minor < 6}
}

/** What differs between versions of containerd (docs/cri/config.md of each). */
export interface ContainerdRelease {
  /** Version of the configuration file: 3 is native to 2.x, which splits the CRI plugin in two; 1.x reads 2. */
  readonly configVersion: 2 | 3
  /** CNI directories: `bin_dirs` since 2.1, which deprecates `bin_dir`. */
  readonly cniBinKey: 'bin_dir' | 'bin_dirs'
  /** Plug-ins may connect to it by NRI: by default since 2.0 (docs/NRI.md). */
  readonly nri: boolean
}

/** @throws KhwError VERSION_UNSUPPORTED for anything but 1.x and 2.x. */
export function containerdReleaseOf(containerdVersion: string): ContainerdRelease {
  const [major, minor] = numbersOf(containerdVersion, 'containerd')
  if (major !== 1 && major !== 2) {
    throw new KhwError(
      'VERSION_UNSUPPORTED',
      `khw cannot configure containerd ${containerdVersion}: it knows 1.x and 2.x.`,
      ['Use a --kubernetes-version or --mirror that brings containerd 1.x or 2.x'],
    )
  }
  return {
    configVersion: major === 1 ? 2 : 3,
    cniBinKey: major === 2 && minor >= 1 ? 'bin_dirs' : 'bin_dir',
    nri: major === 2,
  }
}

/** Reads `1.36.2`, `2.1.9-rc.1`, and Debian's `1.6.20~ds1`. */
function numbersOf(version: string, of: string): [number, number, number] {
  const match = /^(\d+)\.(\d+)\.(\d+)/.exec(version)
  if (!match) {
    throw new KhwError('VERSION_UNSUPPORTED', `"${version}" is no version of ${of}: three numbers are needed.`, [
      'Try --kubernetes-version 1.36.2, without the v',
    ])
  }
  return [Number(match[1]), Number(match[2]), Number(match[3])]
}

export function unsupportedKubernetes(version: string): KhwError {
  const range = `1.${OLDEST_MINOR} to 1.${NEWEST_MINOR}`
  return new KhwError(
    'VERSION_UNSUPPORTED',
    `Kubernetes "${version}" is not supported: khw builds ${range}.`,
    [`Try --kubernetes-version 1.${NEWEST_MINOR}, or another from ${range}`],
    {exit: 2},
  )
}
