import type {Home} from '../cluster/home.js'
import type {ClusterSummary} from '../cluster/report.js'
import {clusterDirectory, clusterNames} from '../cluster/store.js'
import {Journal} from './engine/journal.js'

/** Every cluster of this home, from the journals alone: no network. */
export function listClusters(home: Home): readonly ClusterSummary[] {
  return clusterNames(home).map(name => {
    const {header, intent, complete} = Journal.open(clusterDirectory(home, name).path)
    const {spec, clusterId, createdAt} = header
    const phase = intent === 'destroy' ? 'destroying' : complete ? 'ready' : 'creating'
    return {name, id: clusterId, provider: spec.provider, region: spec.region, phase, createdAt, expiresAt: null}
  })
}
