import type {Inventory} from '../../aws/inventory.js'
import {controllersOf, nodesOf, subnetCidr, workersOf} from '../../cluster/addressing.js'
import {contains, parseCidr} from '../../cluster/cidr.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import {instanceOfNode} from './node-instance.js'

/** What is worth knowing of where the machines are: which had to go elsewhere, and what the loss of a zone would mean. */
export function placementNotices(spec: ClusterSpec, inventory: Inventory): readonly string[] {
  return [movedNotice(spec, inventory), spotNotice(spec, inventory), quorumNotice(spec, inventory)].filter(
    notice => notice !== undefined,
  )
}

function movedNotice(spec: ClusterSpec, inventory: Inventory): string | undefined {
  const moved = nodesOf(spec).flatMap(node => {
    const {name} = node
    const {PrivateIpAddress: ip, Placement} = instanceOfNode(inventory, name) ?? {}
    // In a network of somebody else's no place is better than another.
    return ip === undefined || spec.network.existing !== undefined || isIn(subnetCidr(spec, node.subnet), ip)
      ? []
      : [`${name} in ${Placement?.AvailabilityZone ?? '?'} (${ip})`]
  })
  return moved.length === 0 ? undefined : `Their own zones had no room, so these stand elsewhere: ${moved.join(', ')}.`
}

function isIn(range: string, ip: string): boolean {
  const [outer, inner] = [parseCidr(range), parseCidr(`${ip}/32`)]
  return outer !== undefined && inner !== undefined && contains(outer, inner)
}

function spotNotice(spec: ClusterSpec, inventory: Inventory): string | undefined {
  if (spec.spot !== true) return undefined
  const onDemand = workersOf(spec).filter(({name}) => {
    const instance = instanceOfNode(inventory, name)
    return instance !== undefined && instance.InstanceLifecycle !== 'spot'
  })
  if (onDemand.length === 0) return undefined
  return `The spot market had none for these, which run on demand: ${onDemand.map(({name}) => name).join(', ')}.`
}

/** One controller never survives its zone, and nobody expects it to. */
function quorumNotice(spec: ClusterSpec, inventory: Inventory): string | undefined {
  const controllers = controllersOf(spec)
  if (controllers.length === 1) return undefined
  const zones = new Map<string, number>()
  for (const {name} of controllers) {
    const zone = instanceOfNode(inventory, name)?.Placement?.AvailabilityZone
    if (zone !== undefined) zones.set(zone, (zones.get(zone) ?? 0) + 1)
  }
  const majority = Math.floor(controllers.length / 2) + 1
  const fatal = [...zones].find(([, count]) => controllers.length - count < majority)
  if (fatal === undefined) return undefined
  const [zone, count] = fatal
  return `${count} of ${controllers.length} controllers stand in ${zone}: etcd would not survive the loss of that zone.`
}
