import {explained} from '../aws/explained.js'
import {rewriteSpecTags} from '../aws/spec-tags.js'
import {addonsOf, sortedAddons, type AddonName, type ClusterAddon} from '../cluster/addons.js'
import type {Home} from '../cluster/home.js'
import {rangesOf} from '../cluster/operator-ranges.js'
import {chooseCluster} from '../cluster/store.js'
import {KhwError} from '../errors.js'
import type {KubernetesApi} from '../kubernetes/api.js'
import {imageOf, requireImage, whyMissing} from './addons/image.js'
import {installAddon, installId} from './addons/install.js'
import {liveAddresses} from './addons/live-addresses.js'
import {addonReady, readyId} from './addons/ready.js'
import {addonOf, allAddons} from './addons/registry.js'
import {removeAddon} from './addons/remove.js'
import {addonState, type AddonState} from './addons/state.js'
import {specHolders} from './clusters/find-clusters.js'
import {livePublicIps} from './compute/node-instance.js'
import type {RunContext} from './engine/context.js'
import type {RunListener} from './engine/events.js'
import {Journal} from './engine/journal.js'
import {refuseWhileDestroyed} from './engine/journal-errors.js'
import {acquireLock} from './engine/lock.js'
import {plan} from './engine/plan.js'
import {runPlan} from './engine/runner.js'
import {withCluster, type ClusterOptions} from './session/open-cluster.js'
import {reopenRegion} from './session/open-region.js'
import {openSession} from './session/session.js'

/** Output contract of `khw addon list --json`. */
export interface AddonsReport {
  readonly name: string
  readonly addons: readonly AddonReport[]
}

export interface AddonReport {
  readonly name: AddonName
  readonly title: string
  readonly purpose: string
  /** `unavailable`: not installed, and its image cannot be had. */
  readonly state: AddonState['state'] | 'unavailable'
  /** A clause: what was found. */
  readonly detail: string
  /** What it runs from, or would; null where no image can be had. */
  readonly image: string | null
  /** Whether the cluster is to have it, by its record. */
  readonly wanted: boolean
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

/** Every add-on there is, and how it is with the cluster. Changes nothing. */
export function listAddons(options: ClusterOptions): Promise<AddonsReport> {
  return withCluster(options, async ({context}) => {
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
  const {addon, onEvent} = options
  return changing('add', options, async ({journal, context: before, api}) => {
    const others = addonsOf(before.spec).filter(({name}) => name !== addon.name)
    requireImage(addon, before.artifacts, before.spec.name)
    refuseForeign(await addonState(addonOf(addon.name), before.spec, api))
    const context = wanting(before, journal, sortedAddons([...others, addon]))
    journal.forget([installId(addon.name), readyId(addon.name)])
    const addresses = liveAddresses(context.spec)
    const installed = installAddon(addon.name, {addresses, after: []})
    const ready = addonReady(addon.name, {addresses, installed, after: []})
    await runPlan({plan: plan([addresses, installed, ready]), journal, context, onEvent})
    await record(context)
    return {name: context.spec.name, addon: await reportOf(addon.name, context, api)}
  })
}

/** Deletes what an add-on consists of and nothing else; that it is not wanted any more is on the disk first. */
export function removeAddonOf(options: ChangeOptions): Promise<AddonChange> {
  const {
    addon: {name},
    onEvent,
    signal,
  } = options
  return changing('remove', options, async ({journal, context: before, api}) => {
    const {clock} = before
    const addon = addonOf(name)
    const context = wanting(
      before,
      journal,
      addonsOf(before.spec).filter(each => each.name !== name),
    )
    const phase = 'addons'
    const id = `${installId(name)}/removal`
    onEvent({
      type: 'planned',
      phases: [{id: phase, title: 'Remove the add-on', steps: [{id, title: `Remove ${addon.title}`}]}],
    })
    const startedAt = clock.now()
    onEvent({type: 'step-started', id, phase, at: startedAt})
    const seconds = (): number => (clock.now() - startedAt) / 1000
    const progress = (text: string): void => {
      onEvent({type: 'step-progress', id, phase, text})
    }
    try {
      const removed = await removeAddon(addon, context.spec, api, {clock, signal, progress})
      await record(context)
      onEvent({type: 'step-done', id, phase, outcome: 'removed', seconds: seconds()})
      return {name: context.spec.name, addon: await reportOf(name, context, api), removed, without: addon.without}
    } catch (error) {
      const shown = explained(error, `Could not remove ${addon.title}`)
      onEvent({type: 'step-failed', id, phase, error: shown, seconds: seconds()})
      throw shown
    }
  })
}

interface Changing {
  readonly journal: Journal
  readonly context: RunContext
  readonly api: KubernetesApi
}

async function changing(
  verb: 'add' | 'remove',
  {home, name, addon, forceUnlock, signal}: ChangeOptions,
  change: (cluster: Changing) => Promise<AddonChange>,
): Promise<AddonChange> {
  const directory = chooseCluster(home, name)
  const command = `khw addon ${verb} ${directory.name} ${addon.name}`
  const lock = acquireLock(directory.path, command, forceUnlock === undefined ? {} : {forceUnlock})
  try {
    const journal = Journal.openToWrite(directory.path)
    refuseWhileDestroyed(journal)
    if (!journal.complete) throw unfinished(directory.name)
    const access = await reopenRegion(home, journal.header, signal)
    const session = await openSession(directory, journal.header, access, signal)
    try {
      const {context} = session
      const api = await context.kubernetes(livePublicIps(context.spec, context.inventory), 'admin')
      return await change({journal, context, api})
    } catch (error) {
      throw explained(error, `Could not change the add-ons of "${directory.name}"`)
    } finally {
      await session.close()
    }
  } finally {
    lock.release()
    signal.throwIfAborted()
  }
}

function wanting(context: RunContext, journal: Journal, addons: readonly ClusterAddon[]): RunContext {
  journal.amend({addons})
  return {...context, spec: journal.header.spec}
}

/** Should the journal be lost, the tags say what the cluster is to have. */
async function record({ec2, spec, access, inventory}: RunContext): Promise<void> {
  for (const {id, tags} of specHolders(inventory)) await rewriteSpecTags(ec2, id, tags, {spec, ...rangesOf(access)})
}

async function reportOf(name: AddonName, {spec, artifacts}: RunContext, api: KubernetesApi): Promise<AddonReport> {
  const addon = addonOf(name)
  const {title, purpose} = addon
  const own = addonsOf(spec).find(each => each.name === name)
  const {state, detail, image} = await addonState(addon, spec, api)
  const had = imageOf(own ?? {name}, artifacts) ?? null
  const wanted = own !== undefined
  if (state === 'absent' && had === null)
    return {name, title, purpose, state: 'unavailable', detail: whyMissing(name, artifacts), image: null, wanted}
  return {name, title, purpose, state, detail, image: image ?? had, wanted}
}

function refuseForeign({name, state, detail}: AddonState): void {
  if (state !== 'foreign') return
  throw new KhwError('CLUSTER_EXISTS', `khw does not install ${name} over what somebody else has made: ${detail}.`, [
    'Delete that first, with the tool that made it',
    'or keep it, and leave the add-on alone',
  ])
}

function unfinished(name: string): KhwError {
  return new KhwError(
    'CLUSTER_EXISTS',
    `The cluster "${name}" is unfinished: its add-ons are changed once it is there.`,
    [`khw create --name ${name}`],
  )
}
