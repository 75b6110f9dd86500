import type {Instance} from '@aws-sdk/client-ec2'
import {madeBy, type Inventory} from '../../aws/inventory.js'
import {nodesOf} from '../../cluster/addressing.js'
import type {ClusterSpec} from '../../cluster/spec.js'

/** The step that launches a node; its id is on the instance as a tag. */
export function instanceStepId(node: string): string {
  return `compute/instance/${node}`
}

/** The machine of a node, terminated ones aside. */
export function instanceOfNode(inventory: Inventory, node: string): Instance | undefined {
  return madeBy(inventory.instances, instanceStepId(node))
}

/** By node name, of the machines that run. */
export function livePublicIps(spec: ClusterSpec, inventory: Inventory): Record<string, string> {
  return Object.fromEntries(
    nodesOf(spec).flatMap(({name}) => {
      const instance = instanceOfNode(inventory, name)
      const ip = instance?.State?.Name === 'running' ? instance.PublicIpAddress : undefined
      return ip === undefined ? [] : [[name, ip]]
    }),
  )
}
