import type {Instance} from '@aws-sdk/client-ec2'
import {madeBy, type Inventory} from '../../aws/inventory.js'
import {controllersOf, isPrivate, nodesOf} from '../../cluster/addressing.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import type {NodeHost} from '../node/host.js'

/** The step that launches a node; its id is on the instance as a tag. */
export function instanceStepId(node: string): string {
  return `compute/instance/${node}`
}

/** The machine of a node, terminated ones aside. */
export function instanceOfNode(inventory: Inventory, node: string): Instance | undefined {
  return madeBy(inventory.instances, instanceStepId(node))
}

/** Where SSH reaches the machines that run, by node name; a private one is there only with a controller to go through. */
export function liveHosts(spec: ClusterSpec, inventory: Inventory): Readonly<Record<string, NodeHost>> {
  const publicIps = livePublicIps(spec, inventory)
  const via = controllersOf(spec).flatMap(({name}) => {
    const host = publicIps[name]
    return host === undefined ? [] : [{name, host}]
  })
  return Object.fromEntries(
    nodesOf(spec).flatMap(({name, role}): [string, NodeHost][] => {
      const host = publicIps[name]
      if (!isPrivate(spec, role)) return host === undefined ? [] : [[name, {host}]]
      const instance = instanceOfNode(inventory, name)
      const ip = instance?.State?.Name === 'running' ? instance.PrivateIpAddress : undefined
      return ip === undefined || via.length === 0 ? [] : [[name, {host: ip, via}]]
    }),
  )
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
