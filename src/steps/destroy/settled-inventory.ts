import {resourcesOf, takeInventory, type Inventory, type InventorySource} from '../../aws/inventory.js'
import {STEP_TAG, tagValue} from '../../aws/tags.js'
import type {Clock} from '../../clock.js'
import {createPlan} from '../create-plan.js'
import {LOOKED_FOR} from '../engine/attempts.js'
import {poll} from '../engine/wait-until.js'
import {madeAt, type Journal} from '../engine/journal.js'

export interface SettledOptions extends InventorySource {
  readonly journal: Journal
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly onNotice: (text: string) => void
  /** Milliseconds since 1970: what was made before is gone, with the region that it was made in. */
  readonly begunAt?: number | undefined
}

/**
 * What the cluster has, with all that its last calls made: EC2 may not show yet what was asked for a moment ago, and
 * what destroy does not see it would leave behind. Waits only while something that the journal names is missing and young.
 */
export async function settledInventory(options: SettledOptions): Promise<Inventory> {
  const {journal, clock, signal, onNotice, begunAt = 0} = options
  const {clusterId} = journal.header
  let told = false
  const look = async (): Promise<Inventory | undefined> => {
    const askedAt = clock.now()
    const inventory = await takeInventory(options, clusterId, signal)
    // An earlier destroy has seen all there is, and may have removed part of it.
    if (journal.intent === 'destroy') return inventory
    const [missing, ...others] = unseen(journal, inventory, Math.max(begunAt, askedAt - LOOKED_FOR))
    if (missing === undefined) return inventory
    if (!told) {
      const what = others.length === 0 ? missing : `${missing} and ${others.length} more`
      onNotice(`Looking for what was made last (${what}): EC2 may take two minutes to show it.`)
      told = true
    }
    return undefined
  }
  // What is missing is too old to be waited for some day.
  const settled = await poll(look, {until: Infinity, every: 2_000, clock, signal})
  return settled ?? takeInventory(options, clusterId, signal)
}

/** Steps that made a resource, or may have, after `since` (milliseconds since 1970), and are not in the inventory. */
function unseen(journal: Journal, inventory: Inventory, since: number): readonly string[] {
  const records = journal.steps
  const made = resourcesOf(inventory).filter(({hangs}) => !hangs)
  const ended = inventory.ended.map(({Tags = []}) => ({tags: Tags}))
  const seen = new Set([...made, ...ended].map(({tags}) => tagValue(tags, STEP_TAG)))
  return createPlan(journal.header.spec)
    .steps.filter(({id, onRepeat}) => {
      const record = records[id]
      if (onRepeat === undefined || record === undefined || record.status === 'failed') return false
      return madeAt(record) > since && !seen.has(id)
    })
    .map(step => step.id)
}
