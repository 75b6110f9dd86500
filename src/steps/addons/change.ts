import {rewriteSpecTags} from '../../aws/spec-tags.js'
import {addonsOf, sortedAddons, type AddonName, type ClusterAddon} from '../../cluster/addons.js'
import {rangesOf} from '../../cluster/operator-ranges.js'
import {KhwError} from '../../errors.js'
import type {KubernetesApi} from '../../kubernetes/api.js'
import {specHolders} from '../clusters/find-clusters.js'
import type {RunContext} from '../engine/context.js'
import type {RunListener} from '../engine/events.js'
import type {Journal} from '../engine/journal.js'
import {plan} from '../engine/plan.js'
import {runPlan} from '../engine/runner.js'
import {requireImage} from './image.js'
import {installAddon, installId} from './install.js'
import {liveAddresses} from './live-addresses.js'
import {addonReady, readyId} from './ready.js'
import {addonOf} from './registry.js'
import {removalId, removeAddon} from './remove.js'
import {reportOf, type AddonReport} from './report.js'
import {addonState, type AddonState} from './state.js'

/** A cluster that is there, for who holds its lock. */
export interface ClusterToChange {
  readonly journal: Journal
  readonly context: RunContext
  readonly api: KubernetesApi
  readonly onEvent: RunListener
}

/** Without an image: from the one that it has been told, if it has been told one. */
export async function install(
  {journal, context: before, api, onEvent}: ClusterToChange,
  {name, image}: ClusterAddon,
): Promise<AddonReport> {
  const {spec, artifacts} = before
  const had = addonsOf(spec).find(each => each.name === name)
  const addon = image === undefined ? (had ?? {name}) : {name, image}
  requireImage(addon, artifacts, spec.name, {isWanted: had !== undefined})
  refuseForeign(await addonState(addonOf(name), spec, api))
  // First: what is wanted must not be on the disk beside a record that says it is done.
  journal.forget([installId(name), readyId(name)])
  const others = addonsOf(spec).filter(each => each.name !== name)
  const context = await wanting(before, journal, sortedAddons([...others, addon]))
  const addresses = liveAddresses(context.spec)
  const installed = installAddon(name, {addresses, after: []})
  const ready = addonReady(name, {addresses, installed, after: []})
  await runPlan({plan: plan([addresses, installed, ready]), journal, context, onEvent})
  return reportOf(name, context, api)
}

/** Resolves to the objects that were deleted, too. */
export async function remove(
  {journal, context: before, api, onEvent}: ClusterToChange,
  name: AddonName,
): Promise<{readonly addon: AddonReport; readonly removed: readonly string[]}> {
  const others = addonsOf(before.spec).filter(each => each.name !== name)
  // What an earlier removal did is not done for this one, and what was installed is no more.
  journal.forget([removalId(name), installId(name), readyId(name)])
  const context = await wanting(before, journal, others)
  const addresses = liveAddresses(context.spec)
  const removal = removeAddon(name, {addresses})
  const outputs = await runPlan({
    plan: plan([addresses, removal], [{id: 'removal', title: 'Remove the add-on', steps: [addresses, removal]}]),
    journal,
    context,
    onEvent,
  })
  journal.forget([removal.id])
  const {removed} = outputs.get(removal.id) as {readonly removed: readonly string[]}
  return {addon: await reportOf(name, context, api), removed}
}

/**
 * Writes down what is wanted before anything is done about it: in the journal, and in the tags, should that be lost; a
 * create that finishes what was stopped has no other occasion to.
 */
async function wanting(before: RunContext, journal: Journal, addons: readonly ClusterAddon[]): Promise<RunContext> {
  journal.amend({addons})
  const {spec} = journal.header
  const {ec2, access, inventory} = before
  for (const {id, tags} of specHolders(inventory)) await rewriteSpecTags(ec2, id, tags, {spec, ...rangesOf(access)})
  return {...before, spec}
}

function refuseForeign({name, state, detail}: AddonState): void {
  if (state !== 'foreign') return
  throw new KhwError('CLUSTER_EXISTS', `khw does not install ${name} over what somebody else has made: ${detail}.`, [
    'Delete that first, with the tool that made it',
    'or keep it, and leave the add-on alone',
  ])
}
