import type {Inventory} from '../../aws/inventory.js'
import {DESTROY_PLAN} from './destroy-plan.js'
import {idsOf} from './removal.js'

export interface Resource {
  /** EC2's name of the resource type. */
  readonly type: string
  readonly id: string
}

/** Everything billable or in the way; interfaces and volumes that go with their instances are counted once, as instances. */
export function countedResources(inventory: Inventory): Resource[] {
  return DESTROY_PLAN.flat().flatMap(removal => removal.ids(inventory).map(id => ({type: removal.type, id})))
}

/** Every single one, what hangs on instances included. */
export function allResources(inventory: Inventory): Resource[] {
  const hanging = [
    ...idsOf(inventory.networkInterfaces, i => i.NetworkInterfaceId).map(id => ({type: 'network-interface', id})),
    ...idsOf(inventory.volumes, v => v.VolumeId).map(id => ({type: 'volume', id})),
  ]
  const counted = countedResources(inventory)
  return [...counted, ...hanging.filter(({id}) => !counted.some(other => other.id === id))]
}
