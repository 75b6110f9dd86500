import type {KubernetesApi} from '../../kubernetes/api.js'
import type {Manifest} from '../../kubernetes/objects.js'
import {waitUntil} from '../engine/wait-until.js'

/** Applies each, again and again while an API server that has just come up lacks what it needs for it. */
export async function applyPatiently(
  api: KubernetesApi,
  manifests: readonly Manifest[],
  signal: AbortSignal,
): Promise<void> {
  for (const manifest of manifests) {
    const {namespace, name} = manifest.metadata
    await waitUntil(async () => (await api.apply(manifest), true), {
      what: `the API server to take ${manifest.kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`,
      budget: 60_000,
      every: 300,
      signal,
      suggestions: ['Run the same command again: it goes on where it stopped.'],
    })
  }
}
