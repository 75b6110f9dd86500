import type {ClusterSpec} from '../../cluster/spec.js'
import type {KubernetesApi} from '../../kubernetes/api.js'
import type {KubernetesObject} from '../../kubernetes/objects.js'
import {objectPath} from '../../kubernetes/paths.js'
import type {WaitOptions} from '../engine/wait-until.js'
import {waitUntil} from '../engine/wait-until.js'
import type {AddonName} from '../../cluster/addons.js'
import {defineStep, type Step} from '../engine/step.js'
import type {Addon} from './addon.js'
import {installId, type KnownAddresses} from './install.js'
import {addonOf} from './registry.js'
import {isOwn} from './apply.js'
import {labelOf, referencesOf} from './state.js'

/** Longer than the API server takes to drop objects of which nothing hangs on. Milliseconds. */
const BUDGET = 60_000

export type RemoveAddon = Step<{removed: readonly string[]}, {readonly addresses: KnownAddresses}>

export function removalId(name: AddonName): string {
  return `${installId(name)}/removal`
}

/** Takes an add-on away again; of what it did there is only what it deleted. */
export function removeAddon(name: AddonName, needs: {readonly addresses: KnownAddresses}): RemoveAddon {
  const addon = addonOf(name)
  return defineStep<{removed: readonly string[]}, {readonly addresses: KnownAddresses}>({
    id: removalId(name),
    phase: 'addons',
    title: `Remove ${addon.title}`,
    needs,

    async create({spec, kubernetes, clock, signal, progress}, {addresses}) {
      const api = await kubernetes(addresses.publicIps, 'admin')
      return {removed: await deleteObjects(addon, spec, api, {clock, signal, progress})}
    },
  })
}

/**
 * Deletes the objects of an add-on, last created first, so that nobody is sent to what is gone already; what is gone counts
 * as deleted, and what khw has not made is left alone. Its pods go by themselves. Resolves to what it deleted.
 */
export async function deleteObjects(
  addon: Addon,
  spec: ClusterSpec,
  api: KubernetesApi,
  wait: Pick<WaitOptions, 'clock' | 'signal'> & {readonly progress: (text: string) => void},
): Promise<readonly string[]> {
  const deleted: string[] = []
  for (const reference of referencesOf(addon, spec).toReversed()) {
    const path = objectPath(reference)
    const object = await api.get<KubernetesObject>(path)
    if (object === undefined || !isOwn(object)) continue
    wait.progress(labelOf(reference))
    await api.delete(path)
    await waitUntil(async () => ((await api.get(path)) === undefined ? true : undefined), {
      ...wait,
      what: `${labelOf(reference)} to go`,
      budget: BUDGET,
      every: 200,
      slowest: 1_000,
      suggestions: ['Run the same command again: it goes on where it stopped.'],
    })
    deleted.push(labelOf(reference))
  }
  return deleted
}
