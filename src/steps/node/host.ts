import {required} from '../../aws/required.js'
import type {ClusterNode} from '../../cluster/addressing.js'

/** The public address of a node, where SSH reaches it. */
export function hostOf(addresses: {readonly publicIps: Readonly<Record<string, string>>}, node: ClusterNode): string {
  return required(addresses.publicIps[node.name], `a public address of ${node.name}`)
}
