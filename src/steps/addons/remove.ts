import type {ClusterSpec} from '../../cluster/spec.js'
import type {KubernetesApi} from '../../kubernetes/api.js'
import type {KubernetesObject} from '../../kubernetes/objects.js'
import {objectPath} from '../../kubernetes/paths.js'
import type {WaitOptions} from '../engine/wait-until.js'
import {waitUntil} from '../engine/wait-until.js'
import type {Addon} from './addon.js'
import {isOwn} from './apply.js'
import {labelOf, referencesOf} from './state.js'

/** Longer than the API server takes to drop objects of which nothing hangs on. Milliseconds. */
const BUDGET = 60_000

/**
 * Deletes the objects of an add-on, last created first, so that nobody is sent to what is gone already; what is gone counts
 * as deleted, and what khw has not made is left alone. Its pods go by themselves. Resolves to what it deleted.
 */
export async function removeAddon(
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
