import {randomBytes} from 'node:crypto'
import {existsSync, mkdirSync, readdirSync, rmdirSync} from 'node:fs'
import {readdir, rename, rm} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {KhwError} from '../errors.js'
import {writeError} from '../write-error.js'
import type {Home} from './home.js'
import {checkClusterName, isClusterName} from './spec.js'

/** Where one cluster's things lie. */
export interface ClusterDirectory {
  readonly name: string
  /** Journal, lock, secrets/ and kubeconfig are in it. */
  readonly path: string
  readonly secrets: string
  readonly kubeconfig: string
}

/** Throws INVALID_SPEC for what cannot be a cluster's name: an empty one would be the directory of all clusters. */
export function clusterDirectory(home: Home, name: string): ClusterDirectory {
  checkClusterName(name)
  const path = join(home.clusters, name)
  return {name, path, secrets: join(path, 'secrets'), kubeconfig: join(path, 'kubeconfig')}
}

/** The directory of a removed cluster while its files go; no name of a cluster begins with a dot. */
const REMOVED = '.removed-'

/** Names of the clusters that are recorded, sorted. */
export function clusterNames(home: Home): readonly string[] {
  if (!existsSync(home.clusters)) return []
  return readdirSync(home.clusters)
    .filter(name => isClusterName(name) && clusterExists(home, name))
    .sort()
}

/** Either of its two files will do: a cluster whose journal is lost is still there. */
export function clusterExists(home: Home, name: string): boolean {
  if (!isClusterName(name)) return false
  const {path} = clusterDirectory(home, name)
  return ['journal.json', 'cluster.json'].some(file => existsSync(join(path, file)))
}

/**
 * Forgets a cluster of which nothing is left: at once, so that a kill in between leaves no secrets without their journal,
 * which the next cluster of that name would take for its own. What such a kill has left is removed too.
 */
export async function removeCluster({name, path}: ClusterDirectory): Promise<void> {
  const clusters = dirname(path)
  await rename(path, join(clusters, `${REMOVED}${name}-${randomBytes(4).toString('hex')}`))
  const removed = (await readdir(clusters)).filter(entry => entry.startsWith(REMOVED))
  await Promise.all(removed.map(entry => rm(join(clusters, entry), {recursive: true, force: true})))
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

/** Makes it where it is not there yet. Throws HOME_NOT_WRITABLE or DISK_FULL. */
export function makeClusterDirectory({path}: ClusterDirectory): void {
  try {
    mkdirSync(path, {recursive: true, mode: 0o700})
  } catch (error) {
    throw writeError(error, `The directory ${path} could not be made`)
  }
}

/** For who made it for a cluster that then was refused: nothing is left of it, nor of the home if that was made for it. */
export function removeIfEmpty(home: Home, {path}: ClusterDirectory): void {
  for (const directory of [path, home.clusters, home.data]) {
    try {
      rmdirSync(directory)
    } catch {
      return
    }
  }
}
