import {explained} from '../aws/explained.js'
import type {ClusterAddon} from '../cluster/addons.js'
import type {Home} from '../cluster/home.js'
import {chooseCluster, clusterNames} from '../cluster/store.js'
import {install, remove, type ClusterToChange} from './addons/change.js'
import {addonOf, allAddons} from './addons/registry.js'
import {offerOf, reportOf, type AddonReport} from './addons/report.js'
import {explainEnded} from './certificates/ended.js'
import {livePublicIps} from './compute/node-instance.js'
import type {RunListener} from './engine/events.js'
import {Journal} from './engine/journal.js'
import {refuseUnfinished, refuseWhileDestroyed} from './engine/journal-errors.js'
import {acquireLock} from './engine/lock.js'
import {withCluster, type ClusterOptions} from './session/open-cluster.js'
import {reopenRegion} from './session/open-region.js'
import {openSession} from './session/session.js'

/** Output contract of `khw addon list --json`. */
export interface AddonsReport {
  /** Null: no cluster is recorded, and this is what there is for a new one. */
  readonly name: string | null
  readonly addons: readonly AddonReport[]
}

/** Output contract of `khw addon add|remove --json`. */
export interface AddonChange {
  readonly name: string
  readonly addon: AddonReport
  /** Only of a removal: the objects that were deleted, `Deployment kube-system/metrics-server`, and what is now missed. */
  readonly removed?: readonly string[]
  readonly without?: string
}

export interface ChangeOptions {
  readonly home: Home
  readonly name?: string
  readonly addon: ClusterAddon
  /** As the error LOCKED said: takes the lock from an owner that nobody can ask. */
  readonly forceUnlock?: string
  readonly onEvent: RunListener
  readonly signal: AbortSignal
}

/** Every add-on there is, and how it is with the cluster, or how it comes to one while none is recorded. Changes nothing. */
export async function listAddons(options: ClusterOptions): Promise<AddonsReport> {
  const {home, name} = options
  if (name === undefined && clusterNames(home).length === 0) return {name: null, addons: allAddons().map(offerOf)}
  return withCluster(options, async ({journal, context}) => {
    refuseWhileDestroyed(journal)
    refuseUnfinished(journal, 'its add-ons can be seen once it is there')
    const api = await context.kubernetes(livePublicIps(context.spec, context.inventory), 'admin')
    const addons = await Promise.all(allAddons().map(({name}) => reportOf(name, context, api)))
    return {name: context.spec.name, addons}
  })
}

/**
 * Installs an add-on, or puts right one that is there: what is wanted is on the disk first, then its plan is run anew. Whoever
 * was stopped in between calls it again, or goes on with `khw create`.
 */
export function addAddon(options: ChangeOptions): Promise<AddonChange> {
  return changing('add', options, async cluster => ({
    name: cluster.context.spec.name,
    addon: await install(cluster, options.addon),
  }))
}

/** Deletes what an add-on consists of and nothing else; that it is not wanted any more is on the disk first. */
export function removeAddonOf(options: ChangeOptions): Promise<AddonChange> {
  const {name} = options.addon
  return changing('remove', options, async cluster => ({
    name: cluster.context.spec.name,
    ...(await remove(cluster, name)),
    without: addonOf(name).without,
  }))
}

async function changing(
  verb: 'add' | 'remove',
  {home, name, addon, forceUnlock, onEvent, signal}: ChangeOptions,
  change: (cluster: ClusterToChange) => Promise<AddonChange>,
): Promise<AddonChange> {
  const directory = chooseCluster(home, name)
  const command = `khw addon ${verb} ${directory.name} ${addon.name}`
  const lock = acquireLock(directory.path, command, forceUnlock === undefined ? {} : {forceUnlock})
  try {
    const journal = Journal.openToWrite(directory.path)
    refuseWhileDestroyed(journal)
    refuseUnfinished(journal, 'its add-ons are changed once it is there')
    const access = await reopenRegion(home, journal.header, signal)
    const session = await openSession(directory, journal.header, access, signal)
    try {
      const {context} = session
      const api = await context.kubernetes(livePublicIps(context.spec, context.inventory), 'admin')
      return await change({journal, context, api, onEvent})
    } catch (error) {
      const cause = explainEnded(error, journal, session.context.clock.now())
      throw explained(cause, `Could not change the add-ons of "${directory.name}"`)
    } finally {
      await session.close()
    }
  } finally {
    lock.release()
    signal.throwIfAborted()
  }
}
