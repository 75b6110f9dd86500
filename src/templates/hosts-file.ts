import {nodesOf, type PlacedSpec} from '../cluster/addressing.js'

/**
 * /etc/hosts (hosts(5)). The VPC's DNS knows no `worker-1`, and a program that looks its own machine up must not wait
 * for a name server to say so; besides, `ssh` and `ping` between nodes go by name.
 */
export function hostsFile(spec: PlacedSpec): string {
  const nodes = nodesOf(spec).map(node => `${node.privateIp} ${node.name}`)
  return ['127.0.0.1 localhost', '::1 localhost ip6-localhost ip6-loopback', ...nodes, ''].join('\n')
}
