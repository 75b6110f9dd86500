import type {KubernetesApi} from '../../kubernetes/api.js'
import type {KubernetesObject, Manifest} from '../../kubernetes/objects.js'
import {objectPath} from '../../kubernetes/paths.js'

/** On what khw has made where nobody keeps account of field managers. */
export const MANAGED_BY = {'app.kubernetes.io/managed-by': 'khw'} as const

/** Creates the object or changes it to what the manifest says. */
export async function applyObject(api: KubernetesApi, manifest: Manifest): Promise<void> {
  if (isAppliedByServer(manifest)) await api.apply(manifest)
  else if ((await api.patch(objectPath(manifest), manifest)) === undefined) await api.create(manifest)
}

/**
 * Server-side apply is for all kinds but APIService: the aggregator of Kubernetes 1.20 keeps no managed fields of its own
 * objects, and panics when it is asked to ("FieldManager must be installed to run apply").
 */
export function isAppliedByServer({kind}: Pick<KubernetesObject, 'kind'>): boolean {
  return kind !== 'APIService'
}

/** Whether khw has made or applied the object: it is one of its field managers, or says so. */
export function isOwn({metadata}: KubernetesObject): boolean {
  const [[label, value] = ['', '']] = Object.entries(MANAGED_BY)
  return metadata.managedFields?.some(({manager}) => manager === 'khw') === true || metadata.labels?.[label] === value
}
