import {workersOf} from '../../../cluster/addressing.js'
import type {Check} from '../../../cluster/report.js'
import {instanceOfNode} from '../../compute/node-instance.js'
import type {RunContext} from '../../engine/context.js'

/** What the API says of the workers, and what it does not know yet: it calls a node Ready for 40 s after its machine is gone. */
export function withMachines(ready: Check, {spec, inventory}: Pick<RunContext, 'spec' | 'inventory'>): Check {
  const gone = workersOf(spec).flatMap(({name}) => {
    const state = instanceOfNode(inventory, name)?.State?.Name ?? 'missing'
    return state === 'running' ? [] : [`${name}: its machine is ${state}`]
  })
  if (gone.length === 0) return ready
  return {...ready, ok: false, detail: [...gone, ...(ready.ok ? [] : [ready.detail])].join('; ')}
}
