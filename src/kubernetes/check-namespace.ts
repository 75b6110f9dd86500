import {randomBytes} from 'node:crypto'
import type {KubernetesApi} from './api.js'
import {CHECK_LABEL, namespaceManifest, serviceAccountManifest, type CheckPurpose} from './check-manifests.js'

const NAMESPACES = '/api/v1/namespaces'

/**
 * Lends a namespace of its own to a check, with an account for its pods. It is removed however the check ends; what is
 * left because the API went away, or the process was killed, is removed by the next one with that purpose.
 */
export async function inCheckNamespace<T>(
  api: KubernetesApi,
  purpose: CheckPurpose,
  use: (namespace: string) => Promise<T>,
): Promise<T> {
  const namespace = `khw-check-${randomBytes(4).toString('hex')}`
  try {
    await Promise.all([make(api, namespace, purpose), removeEarlier(api, namespace, purpose)])
    return await use(namespace)
  } finally {
    await remove(api, namespace).catch(() => undefined)
  }
}

async function make(api: KubernetesApi, namespace: string, purpose: CheckPurpose): Promise<void> {
  await api.apply(namespaceManifest(namespace, purpose))
  await api.apply(serviceAccountManifest(namespace))
}

async function removeEarlier(api: KubernetesApi, own: string, purpose: CheckPurpose): Promise<void> {
  const namespaces = await api.list(`${NAMESPACES}?labelSelector=${CHECK_LABEL}%3D${purpose}`)
  const earlier = namespaces.map(({metadata}) => metadata.name).filter(name => name !== own)
  await Promise.all(earlier.map(name => remove(api, name)))
}

/** Pods at once: their addresses are free again and nothing waits for the namespace to be finalised. */
async function remove(api: KubernetesApi, namespace: string): Promise<void> {
  // Whatever would make them anew goes with the namespace; what it makes before that ends with it.
  await api.delete(`${NAMESPACES}/${namespace}/pods`, {gracePeriodSeconds: 0})
  await api.delete(`${NAMESPACES}/${namespace}`)
}
