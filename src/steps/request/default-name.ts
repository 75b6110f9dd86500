import type {Home} from '../../cluster/home.js'
import {createRequestDefaults} from './create-request.js'
import {listClusters} from '../clusters/list-clusters.js'

/** An unfinished cluster, if there is just one, is what a bare `khw create` goes on with. */
export function defaultName(home: Home): string {
  const [first, ...others] = listClusters(home).filter(cluster => cluster.phase === 'creating')
  return first && others.length === 0 ? first.name : createRequestDefaults.name
}
