import {filterInventory, takeInventory, type Inventory} from '../../aws/inventory.js'
import {messageOf} from '../../errors.js'
import {foreignIn} from '../destroy/foreign.js'
import {removeAll} from '../destroy/take-down.js'
import {allResources} from '../destroy/resources.js'
import {surplusOf} from './duplicates.js'
import type {RunContext} from '../engine/context.js'
import type {Journal} from '../engine/journal.js'
import type {Json} from '../engine/json.js'

type HealOptions = Pick<RunContext, 'ec2' | 'elb' | 'iam' | 'spec' | 'clusterId' | 'inventory' | 'clock' | 'signal'> & {
  readonly journal: Journal
  readonly onNotice: (text: string) => void
}

/** How long a duplicate is waited for: it is a nuisance, not in the way. Milliseconds. */
const PATIENCE = 60_000

/**
 * Removes what the cluster has twice, and says so. What cannot be removed is said too, and left: it goes with the cluster.
 * Resolves to what the cluster has, without the surplus.
 */
export async function healDuplicates(options: HealOptions): Promise<Inventory> {
  const {ec2, elb, iam, clusterId, inventory, journal, clock, signal, onNotice} = options
  const surplus = surplusOf(inventory, recordedIds(journal))
  const twice = allResources(surplus)
  if (twice.length === 0) return inventory
  const named = twice.map(({type, id}) => `${type} ${id}`).join(', ')
  onNotice(`Removing what was made twice: ${named}`)
  const {holds} = await foreignIn(options, clusterId, surplus, signal)
  const free = filterInventory(surplus, id => !holds.has(id))
  const kept = filterInventory(surplus, id => holds.has(id))
  const failures = await removeAll({
    ec2,
    elb,
    iam,
    clusterId,
    inventory: free,
    kept,
    // The one that is there is in use.
    goneBalancers: [],
    letGoWithin: PATIENCE,
    onEvent: () => undefined,
    clock,
    signal,
  })
  const left = [...failures.map(messageOf), ...[...holds].map(([id, why]) => `${id} ${why}`)]
  if (left.length > 0) onNotice(`Some of it is still there, and goes when the cluster is destroyed: ${left.join('; ')}`)
  const ids = new Set(twice.map(resource => resource.id))
  return filterInventory(await takeInventory(options, clusterId, signal), id => !ids.has(id))
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
