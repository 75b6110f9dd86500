import type {ArtifactSet} from '../artifacts/artifact.js'
import type {ClusterSpec} from '../cluster/spec.js'
import {releaseOf} from '../kubernetes/releases.js'
import {installedPath} from './installed-programs.js'
import {PATHS} from './paths.js'
import {SANDBOX} from './sandbox.js'
import {commandLine, RESTART, systemdUnit, type UnitTemplate} from './systemd-unit.js'
import {yamlFile} from '../yaml.js'

/**
 * KubeProxyConfiguration (https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/). In nftables mode
 * node ports are those of the node's own address, not of 127.0.0.1. The kernel's own table size for connections stays:
 * outside the host's first network namespace it cannot be written, and on a machine of a cluster that lives for days the
 * default is plenty.
 */
export function kubeProxyConfig(spec: ClusterSpec): string {
  return yamlFile("kube-proxy's configuration.", {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    clientConnection: {kubeconfig: PATHS.proxyConf},
    mode: releaseOf(spec.kubernetesVersion).kubeProxyMode,
    clusterCIDR: spec.network.podCidr,
    metricsBindAddress: '127.0.0.1:10249',
    conntrack: {maxPerCore: 0, min: 0},
  })
}

/**
 * kube-proxy. It looks its node up when it starts, by the host name, and waits ever longer (16 s were seen) for one that
 * is not registered yet: so it starts when the kubelet is healthy, which is when its node is there.
 */
export function kubeProxyUnit(artifacts: ArtifactSet): UnitTemplate {
  return systemdUnit({
    name: 'kube-proxy.service',
    unit: {
      Description: 'Kubernetes service proxy',
      Documentation: 'https://kubernetes.io/docs/reference/command-line-tools-reference/kube-proxy/',
      Wants: 'haproxy.service kubelet.service',
      After: 'network.target haproxy.service kubelet.service',
    },
    service: {
      ExecStartPre: "/bin/sh -c 'until curl -sf -m 2 -o /dev/null http://127.0.0.1:10248/healthz; do sleep 0.3; done'",
      TimeoutStartSec: 'infinity',
      ExecStart: commandLine(installedPath(artifacts, 'kube-proxy', 'worker'), {config: PATHS.kubeProxyConfig, v: 2}),
      ...RESTART,
      OOMScoreAdjust: '-999',
      ...SANDBOX,
      // It writes rules of the packet filter, settings of the network below /proc/sys, and the lock of iptables in /run.
      CapabilityBoundingSet: 'CAP_NET_ADMIN CAP_NET_RAW',
      ProtectKernelTunables: 'no',
      ReadWritePaths: '/run',
      RestrictAddressFamilies: `${SANDBOX.RestrictAddressFamilies} AF_NETLINK`,
    },
    inputs: [PATHS.kubeProxyConfig, PATHS.proxyConf],
    startNow: true,
  })
}
