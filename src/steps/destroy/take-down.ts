import type {EC2} from '@aws-sdk/client-ec2'
import {explained} from '../../aws/explained.js'
import {filterInventory, joinInventories, takeInventory, type Inventory} from '../../aws/inventory.js'
import type {Clock} from '../../clock.js'
import type {DestroyReport} from '../../cluster/report.js'
import {KhwError, messageOf} from '../../errors.js'
import type {RunListener} from '../engine/events.js'
import {DESTROY_PLAN} from './destroy-plan.js'
import {foreignIn, holdersIn} from './foreign.js'
import type {Removal, RemovalContext} from './removal.js'
import {allResources, countedResources} from './resources.js'

export interface TakeDownOptions {
  readonly ec2: EC2
  readonly clusterId: string
  /** What the cluster has. */
  readonly inventory: Inventory
  /** Whether to remove, too, what others have put into the cluster's VPCs. */
  readonly forceForeign: boolean
  readonly onEvent: RunListener
  readonly clock: Clock
  readonly signal: AbortSignal
}

const PHASE = 'destroy'
/** How long EC2 may go on describing what it has deleted. Milliseconds. */
const FORGOTTEN_WITHIN = 60_000

/**
 * Takes down everything that carries the cluster's id, and nothing else unless told to. Ends with a receipt, checked by
 * asking EC2 once more. Throws STEP_FAILED if something could not be deleted.
 */
export async function takeDown(options: TakeDownOptions): Promise<Pick<DestroyReport, 'removed' | 'remaining'>> {
  const {ec2, inventory: own, forceForeign, signal} = options
  const foreign = await foreignIn(ec2, own, signal)
  const inventory = forceForeign
    ? joinInventories(own, foreign.inventory)
    : filterInventory(own, id => !foreign.holds.has(id))
  const kept = filterInventory(own, id => !forceForeign && foreign.holds.has(id))
  await removeAll({...options, inventory, kept})
  const left = await stillThere(options, new Set(allResources(kept).map(resource => resource.id)))
  const remaining = left.map(resource => ({
    ...resource,
    why: foreign.holds.get(resource.id) ?? 'EC2 still describes it',
  }))
  const removed = countedResources(inventory).filter(was => !left.some(is => is.id === was.id))
  return {removed, remaining}
}

/** Removes what an inventory lists, kind by kind in the order in which EC2 lets go. */
export async function removeAll(
  options: Pick<TakeDownOptions, 'ec2' | 'inventory' | 'onEvent' | 'clock' | 'signal'> & {readonly kept: Inventory},
): Promise<void> {
  const {ec2, inventory, onEvent, signal} = options
  const steps = DESTROY_PLAN.flat().map(removal => ({id: removal.id, title: removal.title}))
  onEvent({type: 'planned', phases: [{id: PHASE, title: 'Destroy the cluster', steps}]})
  const holders = (): Promise<string> => holdersIn(ec2, inventory, signal)
  for (const row of DESTROY_PLAN) {
    const outcomes = await Promise.allSettled(
      row.map(removal => {
        const progress = (text: string): void => {
          onEvent({type: 'step-progress', id: removal.id, phase: PHASE, text})
        }
        return removeKind(removal, {...options, progress, holders}, onEvent)
      }),
    )
    const failed = outcomes.flatMap(outcome => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []))
    signal.throwIfAborted()
    if (failed.length > 0) {
      throw new KhwError(
        'STEP_FAILED',
        failed.map(messageOf).join('\n'),
        ['Run khw destroy again: it goes on where it stopped.'],
        {cause: failed[0], exit: 69},
      )
    }
  }
}

async function removeKind(removal: Removal, context: RemovalContext, onEvent: RunListener): Promise<void> {
  const {clock} = context
  const startedAt = clock.now()
  const seconds = (): number => (clock.now() - startedAt) / 1000
  onEvent({type: 'step-started', id: removal.id, phase: PHASE, at: startedAt})
  try {
    await removal.remove(context)
    onEvent({type: 'step-done', id: removal.id, phase: PHASE, outcome: 'removed', seconds: seconds()})
  } catch (error) {
    const shown = explained(error, removal.title)
    onEvent({type: 'step-failed', id: removal.id, phase: PHASE, error: shown, seconds: seconds()})
    throw shown
  }
}

/** What EC2 describes of the cluster when it has had time to forget what is gone; `kept` (ids) is not waited for. */
async function stillThere(
  {ec2, clusterId, clock, signal}: TakeDownOptions,
  kept: ReadonlySet<string>,
): Promise<readonly {type: string; id: string}[]> {
  const until = clock.now() + FORGOTTEN_WITHIN
  for (;;) {
    const isLast = clock.now() >= until
    const left = allResources(await takeInventory(ec2, clusterId, signal))
    if (isLast || left.every(resource => kept.has(resource.id))) return left
    await clock.sleep(1_000, signal)
  }
}
