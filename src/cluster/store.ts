import {existsSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import {KhwError} from '../errors.js'
import type {Home} from './home.js'

/** Where one cluster's things lie. */
export interface ClusterDirectory {
  readonly name: string
  /** Journal, lock, secrets/ and kubeconfig are in it. */
  readonly path: string
  readonly secrets: string
  readonly kubeconfig: string
}

export function clusterDirectory(home: Home, name: string): ClusterDirectory {
  const path = join(home.clusters, name)
  return {name, path, secrets: join(path, 'secrets'), kubeconfig: join(path, 'kubeconfig')}
}

/** Names of the clusters that are recorded, sorted. */
export function clusterNames(home: Home): readonly string[] {
  if (!existsSync(home.clusters)) return []
  return readdirSync(home.clusters)
    .filter(name => clusterExists(home, name))
    .sort()
}

/** Either of its two files will do: a cluster whose journal is lost is still there. */
export function clusterExists(home: Home, name: string): boolean {
  const {path} = clusterDirectory(home, name)
  return ['journal.json', 'cluster.json'].some(file => existsSync(join(path, file)))
}

/**
 * The cluster a command means: the named one, or the only one. Throws CLUSTER_NOT_FOUND or CLUSTER_AMBIGUOUS.
 */
export function chooseCluster(home: Home, name: string | undefined): ClusterDirectory {
  const names = clusterNames(home)
  if (name !== undefined) {
    if (names.includes(name)) return clusterDirectory(home, name)
    throw new KhwError(
      'CLUSTER_NOT_FOUND',
      `There is no cluster "${name}"${names.length > 0 ? `; there is: ${names.join(', ')}` : ''}.`,
      names.length > 0 ? ['See them all with: khw list'] : [`Create it with: khw create --name ${name}`],
    )
  }
  const [only, ...others] = names
  if (only === undefined) {
    throw new KhwError('CLUSTER_NOT_FOUND', 'There is no cluster yet.', ['Create one with: khw create'])
  }
  if (others.length > 0) {
    throw new KhwError(
      'CLUSTER_AMBIGUOUS',
      `There are several clusters: ${names.join(', ')}.`,
      ['Say which one, by its name (for khw ssh: --name NAME).'],
      {exit: 2},
    )
  }
  return clusterDirectory(home, only)
}
