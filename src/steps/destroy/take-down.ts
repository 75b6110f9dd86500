import {explained} from '../../aws/explained.js'
import {
  filterInventory,
  joinInventories,
  takeInventory,
  type Inventory,
  type InventorySource,
} from '../../aws/inventory.js'
import {loadBalancerName} from '../../aws/load-balancers.js'
import type {Clock} from '../../clock.js'
import type {DestroyReport} from '../../cluster/report.js'
import {KhwError, messageOf} from '../../errors.js'
import type {RunListener} from '../engine/events.js'
import {poll} from '../engine/wait-until.js'
import {DESTROY_PLAN} from './destroy-plan.js'
import {foreignIn, holdersIn} from './foreign.js'
import {idsOfKind, LET_GO_WITHIN, type Removal, type RemovalContext} from './removal.js'
import {allResources, countedResources} from './resources.js'

export interface TakeDownOptions extends InventorySource {
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
 * asking EC2 once more: it lists, too, what could not be deleted, and why. Throws what no further call would get past,
 * such as AWS_AUTH.
 */
export async function takeDown(options: TakeDownOptions): Promise<Pick<DestroyReport, 'removed' | 'remaining'>> {
  const {clusterId, forceForeign, signal} = options
  const {own, inventory: others, ...foreign} = await foreignIn(options, clusterId, options.inventory, signal)
  const holds = forceForeign ? foreign.holdsForGood : foreign.holds
  const free = filterInventory(own, id => !holds.has(id))
  const inventory = forceForeign ? joinInventories(free, others) : free
  const kept = filterInventory(own, id => holds.has(id))
  const goneBalancers = [loadBalancerName(clusterId)]
  const failures = await removeAll({...options, inventory, kept, goneBalancers, letGoWithin: LET_GO_WITHIN})
  const waited = failures.length === 0 ? FORGOTTEN_WITHIN : 0
  const left = await stillThere(options, waited, new Set(allResources(kept).map(resource => resource.id)))
  const failed = failures.map(messageOf).join('; ')
  const why = (id: string): string => holds.get(id) ?? (failed === '' ? 'EC2 still describes it' : failed)
  const fixesOf = (id: string): readonly string[] =>
    foreign.attached.filter(each => each.holds.includes(id)).map(({fix}) => fix)
  const remaining = left.map(resource => {
    const fixes = fixesOf(resource.id)
    return {...resource, why: why(resource.id), ...(fixes.length > 0 && {fixes})}
  })
  const removed = countedResources(inventory).filter(was => !left.some(is => is.id === was.id))
  return {removed, remaining}
}

/**
 * Removes what an inventory lists, kind by kind in the order in which EC2 lets go, up to the first kinds of which
 * something cannot be deleted; after that only what costs money, as long as all of it goes. Resolves to why not.
 */
export async function removeAll(
  options: Pick<TakeDownOptions, 'ec2' | 'elb' | 'iam' | 'clusterId' | 'inventory' | 'onEvent' | 'clock' | 'signal'> &
    Pick<RemovalContext, 'kept' | 'goneBalancers' | 'letGoWithin'>,
): Promise<readonly Error[]> {
  const {inventory, onEvent, signal} = options
  const steps = DESTROY_PLAN.flat().map(removal => ({id: removal.id, title: removal.title}))
  onEvent({type: 'planned', phases: [{id: PHASE, title: 'Destroy the cluster', steps}]})
  const holders = (): Promise<string> => holdersIn(options, inventory, signal)
  const failures: Error[] = []
  /** Past a failure: whoever may not delete the one thing may delete others. */
  let wentOn = false
  for (const row of DESTROY_PLAN) {
    const going = failures.length === 0 ? row : row.filter(({costs}) => costs === true)
    const outcomes = await Promise.all(
      going.map(removal => {
        const progress = (text: string): void => {
          onEvent({type: 'step-progress', id: removal.id, phase: PHASE, text})
        }
        return removeKind(removal, {...options, progress, holders}, onEvent)
      }),
    )
    signal.throwIfAborted()
    const isDone = (removal: Removal): boolean => outcomes[going.indexOf(removal)] === undefined
    const paid = going.filter(({costs}) => costs === true)
    wentOn ||= failures.length > 0 && paid.some(removal => isDone(removal) && hasAny(inventory, removal))
    failures.push(...outcomes.filter(outcome => outcome !== undefined))
    if (!paid.every(isDone)) break
  }
  const refused = failures.find(error => error instanceof KhwError && error.code === 'AWS_AUTH')
  if (refused && !wentOn) throw refused
  return failures
}

function hasAny(inventory: Inventory, {kind}: Removal): boolean {
  return kind !== undefined && idsOfKind(inventory, kind).length > 0
}

/** Undefined, or why something of the kind could not be deleted. */
async function removeKind(removal: Removal, context: RemovalContext, onEvent: RunListener): Promise<Error | undefined> {
  const {clock} = context
  const startedAt = clock.now()
  const seconds = (): number => (clock.now() - startedAt) / 1000
  onEvent({type: 'step-started', id: removal.id, phase: PHASE, at: startedAt})
  try {
    await removal.remove(context)
    onEvent({type: 'step-done', id: removal.id, phase: PHASE, outcome: 'removed', seconds: seconds()})
    return undefined
  } catch (error) {
    const shown = explained(error, removal.title)
    onEvent({type: 'step-failed', id: removal.id, phase: PHASE, error: shown, seconds: seconds()})
    return shown
  }
}

/** What EC2 describes of the cluster when it has had time to forget what is gone; `kept` (ids) is not waited for. */
async function stillThere(
  options: TakeDownOptions,
  patience: number,
  kept: ReadonlySet<string>,
): Promise<readonly {type: string; id: string}[]> {
  const {clusterId, clock, signal} = options
  const left = await poll(
    async isLast => {
      const seen = allResources(await takeInventory(options, clusterId, signal))
      return isLast || seen.every(resource => kept.has(resource.id)) ? seen : undefined
    },
    {until: clock.now() + patience, every: 1_000, clock, signal},
  )
  return left ?? []
}
