import {awsClients} from '../aws/clients.js'
import {explained} from '../aws/errors.js'
import {takeInventory, type Inventory} from '../aws/inventory.js'
import type {Home} from '../cluster/home.js'
import type {DestroyReport} from '../cluster/report.js'
import type {ClusterSpec} from '../cluster/spec.js'
import {chooseCluster, removeCluster} from '../cluster/store.js'
import {KhwError, messageOf} from '../errors.js'
import {DESTROY_PLAN} from './destroy/destroy-plan.js'
import type {Removal, RemovalContext} from './destroy/removal.js'
import type {RunListener} from './engine/events.js'
import {Journal} from './engine/journal.js'
import {acquireLock} from './engine/lock.js'
import {listClusters} from './list-clusters.js'
import {reopenRegion} from './open-region.js'

export interface DestroyOptions {
  readonly home: Home
  readonly name?: string
  /** As the error LOCKED said: takes the lock from an owner that nobody can ask. */
  readonly forceUnlock?: string
  readonly onEvent: RunListener
  readonly signal: AbortSignal
}

const PHASE = 'destroy'

/**
 * Takes down everything that carries the cluster's id, whatever the journal says was made. Ends with a receipt, checked
 * by asking EC2 once more; the cluster's directory goes last, and only if nothing is left.
 */
export async function destroyCluster(options: DestroyOptions): Promise<DestroyReport> {
  const {home, name, onEvent, signal} = options
  const startedAt = Date.now()
  const directory = chooseCluster(home, name)
  const lock = acquireLock(directory.path, `khw destroy ${directory.name}`, options)
  try {
    // What is taken down is found by its tags: a journal that is lost is no obstacle.
    const journal = Journal.restore(directory.path)
    const {spec, clusterId} = journal.header
    const access = await reopenRegion(home, journal.header, signal)
    journal.setIntent('destroy')
    const clients = awsClients(access)
    try {
      const inventory = await takeInventory(clients.ec2, clusterId, signal)
      await removeAll({ec2: clients.ec2, inventory, signal}, onEvent)
      const left = resourcesOf(await takeInventory(clients.ec2, clusterId, signal))
      const remaining = left.map(resource => ({...resource, why: 'EC2 still describes it'}))
      if (remaining.length === 0) {
        await removeCluster(directory)
        if (!hasOther(home, spec)) await access.release?.()
      }
      const removed = resourcesOf(inventory).filter(was => !left.some(is => is.id === was.id))
      return {name: directory.name, removed, remaining, seconds: (Date.now() - startedAt) / 1000}
    } catch (error) {
      signal.throwIfAborted()
      throw explained(error, `Could not destroy "${directory.name}"`)
    } finally {
      clients.close()
    }
  } finally {
    lock.release()
  }
}

/** Whether another cluster is in the same region. */
function hasOther(home: Home, {provider, region}: ClusterSpec): boolean {
  return listClusters(home).some(other => other.provider === provider && other.region === region)
}

async function removeAll(context: RemovalContext, onEvent: RunListener): Promise<void> {
  const removals = DESTROY_PLAN.flat()
  const steps = removals.map(removal => ({id: removal.id, title: removal.title}))
  onEvent({type: 'planned', phases: [{id: PHASE, title: 'Destroy the cluster', steps}]})
  for (const row of DESTROY_PLAN) {
    const outcomes = await Promise.allSettled(row.map(removal => removeKind(removal, context, onEvent)))
    const failed = outcomes.flatMap(outcome => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []))
    context.signal.throwIfAborted()
    if (failed.length > 0) {
      throw new KhwError(
        'STEP_FAILED',
        failed.map(messageOf).join('\n'),
        ['Run khw destroy again: it goes on where it stopped.'],
        {
          cause: failed[0],
          exit: 69,
        },
      )
    }
  }
}

async function removeKind(removal: Removal, context: RemovalContext, onEvent: RunListener): Promise<void> {
  const startedAt = Date.now()
  const seconds = (): number => (Date.now() - startedAt) / 1000
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

/** Everything billable or in the way; interfaces and volumes that go with their instances are counted once, as instances. */
function resourcesOf(inventory: Inventory): {type: string; id: string}[] {
  return DESTROY_PLAN.flat().flatMap(removal => removal.ids(inventory).map(id => ({type: removal.type, id})))
}
