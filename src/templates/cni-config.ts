import type {WorkerNode} from '../cluster/addressing.js'

/**
 * CNI configuration list (https://www.cni.dev/docs/spec/): a bridge for the node's pods, addresses from the node's own
 * block, and host ports. `loopback` is added by containerd.
 *
 * `ipMasq` is off: a pod's packet keeps its own source address all the way to a pod on another node, by the VPC's
 * routes. What leaves for the world is masqueraded by pod-network.ts. `hairpinMode` lets a pod reach itself by its
 * Service. Specification 0.4.0 is understood by plugins 0.9 and by all 1.x.
 */
export function cniConfig(node: WorkerNode): string {
  const list = {
    cniVersion: '0.4.0',
    name: 'khw',
    plugins: [
      {
        type: 'bridge',
        bridge: 'cni0',
        isGateway: true,
        ipMasq: false,
        hairpinMode: true,
        ipam: {type: 'host-local', ranges: [[{subnet: node.podCidr}]], routes: [{dst: '0.0.0.0/0'}]},
      },
      {type: 'portmap', capabilities: {portMappings: true}, snat: true},
    ],
  }
  return `${JSON.stringify(list, null, 2)}\n`
}
