import type {Home} from '../../cluster/home.js'
import type {ClusterSummary} from '../../cluster/report.js'
import {clusterDirectory, clusterExists, clusterNames} from '../../cluster/store.js'
import {KhwError} from '../../errors.js'
import {Journal} from '../engine/journal.js'

/** Every cluster of this home whose journal can be read, from the journals alone: no network. */
export function listClusters(home: Home): readonly ClusterSummary[] {
  return clusterNames(home).flatMap(name => {
    const journal = readable(home, name)
    if (!journal) return []
    const {header, intent, complete} = journal
    const {spec, clusterId, createdAt, expiresAt = null} = header
    const phase = intent === 'destroy' ? 'destroying' : complete ? 'ready' : 'creating'
    return [{name, id: clusterId, provider: spec.provider, region: spec.region, phase, createdAt, expiresAt}]
  })
}

/** Names of those whose journal cannot be read: one of them must not stand in the way of the others. */
export function unreadableClusters(home: Home): readonly string[] {
  return clusterNames(home).filter(name => !readable(home, name))
}

/** Throws JOURNAL_UNREADABLE or JOURNAL_TOO_NEW if there is a cluster of that name whose journal cannot be used. */
export function refuseUnreadable(home: Home, name: string): void {
  if (clusterExists(home, name)) Journal.open(clusterDirectory(home, name).path)
}

function readable(home: Home, name: string): Journal | undefined {
  try {
    return Journal.open(clusterDirectory(home, name).path)
  } catch (error) {
    if (error instanceof KhwError) return undefined
    throw error
  }
}
