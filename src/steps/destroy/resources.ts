import {resourcesOf, resourcesOfKind, type Inventory} from '../../aws/inventory.js'
import {DESTROY_PLAN} from './destroy-plan.js'

export interface Resource {
  /** EC2's name of the resource type. */
  readonly type: string
  readonly id: string
}

/** Everything billable or in the way; interfaces and volumes that go with their instances are counted once, as instances. */
export function countedResources(inventory: Inventory): Resource[] {
  return DESTROY_PLAN.flat().flatMap(({kind}) =>
    (kind === undefined ? [] : resourcesOfKind(inventory, kind))
      .filter(({hangs}) => !hangs)
      .map(({type, id}) => ({type, id})),
  )
}

/** Every single one, what hangs on instances included. */
export function allResources(inventory: Inventory): Resource[] {
  const hanging = resourcesOf(inventory).filter(({hangs}) => hangs)
  return [...countedResources(inventory), ...hanging.map(({type, id}) => ({type, id}))]
}
