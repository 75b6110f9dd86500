import {filterInventory, takeInventory, type Inventory} from '../aws/inventory.js'
import {removeAll} from './destroy/take-down.js'
import {allResources} from './destroy/resources.js'
import {surplusOf} from './duplicates.js'
import type {RunContext} from './engine/context.js'
import type {Journal} from './engine/journal.js'
import type {Json} from './engine/json.js'

type HealOptions = Pick<RunContext, 'ec2' | 'clusterId' | 'inventory' | 'clock' | 'signal'> & {
  readonly journal: Journal
  readonly onNotice: (text: string) => void
}

/** Removes what the cluster has twice, and says so. Resolves to what it has then. */
export async function healDuplicates(options: HealOptions): Promise<Inventory> {
  const {ec2, clusterId, inventory, journal, clock, signal, onNotice} = options
  const surplus = surplusOf(inventory, recordedIds(journal))
  const twice = allResources(surplus)
  if (twice.length === 0) return inventory
  onNotice(`Removing what was made twice: ${twice.map(({type, id}) => `${type} ${id}`).join(', ')}`)
  // Groups of one VPC name only each other: none of those that stay is in the way.
  const kept = filterInventory(inventory, () => false)
  await removeAll({ec2, inventory: surplus, kept, onEvent: () => undefined, clock, signal})
  return takeInventory(ec2, clusterId, signal)
}

/** Ids that steps have given on. */
function recordedIds(journal: Journal): ReadonlySet<string> {
  const texts = (value: Json): string[] => {
    if (typeof value === 'string') return [value]
    return value === null || typeof value !== 'object'
      ? []
      : Object.values(value as Record<string, Json>).flatMap(texts)
  }
  return new Set(Object.values(journal.steps).flatMap(record => (record.status === 'done' ? texts(record.output) : [])))
}
