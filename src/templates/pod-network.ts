import type {WorkerNode} from '../cluster/addressing.js'
import {formatIpv4, parseCidr} from '../cluster/cidr.js'
import type {ClusterSpec} from '../cluster/spec.js'
import {executable, publicFile} from './node-files.js'
import type {NodeFile} from './bundle.js'
import {PATHS} from './paths.js'
import {SANDBOX} from './sandbox.js'
import {systemdUnit, type UnitTemplate} from './systemd-unit.js'

/** The VPC's resolver: the third address of its range ("Amazon DNS server", VPC user guide). */
export function resolverOf(spec: ClusterSpec): string {
  const vpc = parseCidr(spec.network.vpcCidr)
  if (!vpc) throw new RangeError(`not a range: ${spec.network.vpcCidr}`)
  return formatIpv4(vpc.base + 2)
}

/**
 * resolv.conf(5) for pods: the VPC's resolver itself. The node's own file may name a local stub (127.0.0.53), which in
 * a pod is the pod, and in CoreDNS a loop.
 */
export function podResolvConf(spec: ClusterSpec): string {
  return `nameserver ${resolverOf(spec)}\noptions edns0\n`
}

export function kernelFiles(): NodeFile[] {
  return [
    publicFile(PATHS.modulesLoad, 'br_netfilter\noverlay\n'),
    publicFile(
      PATHS.sysctl,
      [
        '# Pods are routed, and what crosses the bridge passes iptables, or replies of a Service on the same node go astray.',
        'net.ipv4.ip_forward = 1',
        '-net.bridge.bridge-nf-call-iptables = 1',
        '-net.bridge.bridge-nf-call-ip6tables = 1',
        '# What the kubelet wants of the kernel, and would not start without (protectKernelDefaults).',
        'vm.overcommit_memory = 1',
        'vm.panic_on_oom = 0',
        'kernel.panic = 10',
        'kernel.panic_on_oops = 1',
        'kernel.keys.root_maxkeys = 1000000',
        'kernel.keys.root_maxbytes = 25000000',
        '',
      ].join('\n'),
    ),
  ]
}

/**
 * Makes the node a router for its pods: kernel modules and settings now (at boot systemd reads the same files), and
 * masquerading for what pods send out of the VPC, since an internet gateway drops sources it does not know.
 *
 * Not masqueraded: the pod range, the VPC, the service range. So pods and nodes see each other's own addresses, which
 * needs the pod routes, the source/destination check off and security group rules by pod range, and shows if one is
 * missing. Masqueraded though it is in the VPC: its resolver, which answers interfaces of the VPC only.
 */
export function podNetworkScript(spec: ClusterSpec, node: WorkerNode): NodeFile {
  const {podCidr, vpcCidr, serviceCidr} = spec.network
  return executable(
    PATHS.podNetworkScript,
    `#!/bin/sh
# Makes this node a router for its pods (${node.podCidr}). May run again at any time.
set -eu
for module in overlay br_netfilter; do
  modprobe -q "$module" 2>/dev/null || true # built in, loaded already, or not ours to load
done
while read -r setting; do
  case $setting in ''|'#'*) continue ;; esac
  sysctl -q -w "$(printf %s "\${setting#-}" | tr -d ' ')" 2>/dev/null || case $setting in
    -*) echo "cannot set \${setting#-}: a Service may not reach a pod on the pod's own node" >&2 ;;
    *) echo "cannot set $setting" >&2; exit 1 ;;
  esac
done <${PATHS.sysctl}

nat() { iptables -w 10 -t nat "$@"; }
nat -N KHW-POD-OUT 2>/dev/null || nat -F KHW-POD-OUT
nat -A KHW-POD-OUT -d ${resolverOf(spec)}/32 -j MASQUERADE
nat -A KHW-POD-OUT -d ${podCidr} -j RETURN
nat -A KHW-POD-OUT -d ${vpcCidr} -j RETURN
nat -A KHW-POD-OUT -d ${serviceCidr} -j RETURN
nat -A KHW-POD-OUT -d 224.0.0.0/4 -j RETURN
nat -A KHW-POD-OUT -j MASQUERADE
nat -C POSTROUTING -s ${node.podCidr} -j KHW-POD-OUT 2>/dev/null || nat -A POSTROUTING -s ${node.podCidr} -j KHW-POD-OUT
`,
  )
}

export function podNetworkUnit(): UnitTemplate {
  return systemdUnit({
    name: 'khw-pod-network.service',
    unit: {Description: 'Forwarding and masquerading for pods', After: 'network.target'},
    service: {
      Type: 'oneshot',
      RemainAfterExit: 'yes',
      ExecStart: PATHS.podNetworkScript,
      Restart: 'on-failure',
      RestartSec: '2s',
      ...SANDBOX,
      // It loads kernel modules, writes settings of the kernel, rules of the packet filter, and the lock of iptables in /run.
      CapabilityBoundingSet: 'CAP_NET_ADMIN CAP_NET_RAW CAP_SYS_MODULE',
      ProtectKernelModules: 'no',
      ProtectKernelTunables: 'no',
      ReadWritePaths: '/run',
      RestrictAddressFamilies: `${SANDBOX.RestrictAddressFamilies} AF_NETLINK`,
      SystemCallFilter: [...SANDBOX.SystemCallFilter, '@module'],
    },
    inputs: [PATHS.podNetworkScript, PATHS.sysctl],
    startNow: true,
  })
}
