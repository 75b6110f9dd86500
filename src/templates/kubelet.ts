import type {ArtifactSet} from '../artifacts/artifact.js'
import {dnsServiceIp, type PlacedWorker} from '../cluster/addressing.js'
import type {ClusterSpec} from '../cluster/spec.js'
import {releaseOf} from '../kubernetes/releases.js'
import {AFTER_API, WAIT_FOR_API} from './haproxy.js'
import {imageArchives, installedPath} from './installed-programs.js'
import {bothOf, PATHS} from './paths.js'
import {commandLine, RESTART, systemdUnit, type UnitSection, type UnitTemplate} from './systemd-unit.js'
import {AEAD_SUITES} from './tls.js'
import {yamlFile} from '../yaml.js'

const RUNTIME_ENDPOINT = `unix://${PATHS.containerdSocket}`

/**
 * KubeletConfiguration (https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/).
 *
 * Its client certificate rotates: khw gives it one to begin with, as files that its kubeconfig names, and once 70 to 90 % of
 * that one's life are over it asks for the next, draws the key itself, and closes its connections to be known by it (client-go,
 * `util/certificate/certificate_manager.go`, nextRotationDeadline; kubelet, `pkg/kubelet/certificate/transport.go`; read in
 * 1.20 and 1.36). Embedded in the kubeconfig it would be replaced at once, and all connections closed in the middle of a
 * create (buildClientCertificateManager). What it serves with is khw's (`serverTLSBootstrap` is off): no built-in controller
 * approves requests for those.
 */
export function kubeletConfig(spec: ClusterSpec, artifacts: ArtifactSet): string {
  const release = releaseOf(spec.kubernetesVersion)
  const imported = imageArchives(artifacts, 'worker').length > 0
  return yamlFile("The kubelet's configuration.", {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: {
      anonymous: {enabled: false},
      webhook: {enabled: true},
      x509: {clientCAFile: PATHS.ca.certificate},
    },
    authorization: {mode: 'Webhook'},
    rotateCertificates: true,
    tlsCertFile: PATHS.kubelet.certificate,
    tlsPrivateKeyFile: PATHS.kubelet.privateKey,
    tlsMinVersion: 'VersionTLS12',
    tlsCipherSuites: [...AEAD_SUITES],
    readOnlyPort: 0,
    streamingConnectionIdleTimeout: '5m',
    eventRecordQPS: 5,
    makeIPTablesUtilChains: true,
    podPidsLimit: 4096,
    // Set by kernelFiles, before it starts; it would set them itself otherwise.
    protectKernelDefaults: true,
    ...(release.kubeletSeccompDefault ? {seccompDefault: true} : {}),
    ...(release.kubeletRuntimeEndpoint === 'field' ? {containerRuntimeEndpoint: RUNTIME_ENDPOINT} : {}),
    cgroupDriver: 'systemd',
    // A throw-away node on an old host is better than none.
    ...(release.kubeletFailCgroupV1 ? {failCgroupV1: false} : {}),
    failSwapOn: false,
    clusterDomain: 'cluster.local',
    clusterDNS: [dnsServiceIp(spec)],
    resolvConf: PATHS.resolvConf,
    // A node becomes Ready at the first status after its runtime and network are up: up to 10 s later by default.
    // Without the second line the first would also set how often an unchanged status is sent.
    nodeStatusUpdateFrequency: '2s',
    nodeStatusReportFrequency: '5m',
    serializeImagePulls: false,
    // In bytes, not in percent: a large disk that is nine tenths full still has room for a throw-away cluster.
    evictionHard: {
      'memory.available': '100Mi',
      'nodefs.available': '1Gi',
      'nodefs.inodesFree': '5%',
      'imagefs.available': '1Gi',
    },
    // Images imported from archives cannot be pulled again: never collect any.
    ...(imported ? {imageGCHighThresholdPercent: 100} : {}),
  })
}

/**
 * What can be kept from the kubelet. No more: what it mounts is for the runtime, outside, to see, so it has no file system
 * of its own; its volumes may be any device; and it makes directories that hand their group on.
 */
const NODE_AGENT: UnitSection = {
  CapabilityBoundingSet:
    '~CAP_SYS_TIME CAP_SYS_BOOT CAP_SYS_PACCT CAP_WAKE_ALARM CAP_LEASE CAP_MAC_ADMIN CAP_MAC_OVERRIDE',
  KeyringMode: 'private',
  LockPersonality: 'yes',
  NoNewPrivileges: 'yes',
  RestrictRealtime: 'yes',
  SystemCallArchitectures: 'native',
  SystemCallErrorNumber: 'EPERM',
  SystemCallFilter: '~@clock @cpu-emulation @obsolete @raw-io @reboot @swap',
}

/**
 * What the kubelet was last issued comes before what its kubeconfig names (client-go, `util/certificate/certificate_store.go`,
 * Current), for good or, where it has ended, for bad. So it goes once khw has brought newer.
 */
const TAKE_WHAT_IS_NEWER = `/bin/sh -c 'if [ ${PATHS.kubeletClient.certificate} -nt ${PATHS.kubeletRotated} ]; then rm -f ${PATHS.kubeletRotated}; fi'`

/**
 * The kubelet, by its command line reference. It waits for an API server: one that starts before loses its first tries,
 * backs off, and may stay NotReady for want of a CSINode. Its node has the machine's host name, which cloud-init set.
 */
export function kubeletUnit(spec: ClusterSpec, artifacts: ArtifactSet, node: PlacedWorker): UnitTemplate {
  const release = releaseOf(spec.kubernetesVersion)
  const flags = {
    config: PATHS.kubeletConfig,
    kubeconfig: PATHS.kubeletConf,
    'node-ip': node.privateIp,
    'container-runtime': release.kubeletDockershimFlags ? 'remote' : undefined,
    'network-plugin': release.kubeletDockershimFlags ? 'cni' : undefined,
    'container-runtime-endpoint': release.kubeletRuntimeEndpoint === 'flag' ? RUNTIME_ENDPOINT : undefined,
    v: 2,
  }
  const before = 'containerd.service haproxy.service khw-pod-network.service'
  const images = imageArchives(artifacts, 'worker').length > 0 ? ' khw-images.service' : ''
  return systemdUnit({
    name: 'kubelet.service',
    unit: {
      Description: 'Kubernetes kubelet',
      Documentation: 'https://kubernetes.io/docs/reference/command-line-tools-reference/kubelet/',
      Wants: `${before}${images}`,
      After: `${before}${images}`,
    },
    service: {
      ...AFTER_API,
      ExecStartPre: [WAIT_FOR_API, TAKE_WHAT_IS_NEWER],
      ExecStart: commandLine(installedPath(artifacts, 'kubelet', 'worker'), flags),
      ...RESTART,
      ...NODE_AGENT,
      // Pods outlive it.
      KillMode: 'process',
      CPUAccounting: 'yes',
      MemoryAccounting: 'yes',
    },
    inputs: [
      PATHS.kubeletConfig,
      PATHS.kubeletConf,
      PATHS.ca.certificate,
      PATHS.resolvConf,
      ...bothOf(PATHS.kubelet),
      ...bothOf(PATHS.kubeletClient),
    ],
    startNow: true,
  })
}
