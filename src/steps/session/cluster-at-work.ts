import type {RegionAccess} from '../../cluster/provider.js'
import {chooseCluster, type ClusterDirectory} from '../../cluster/store.js'
import {Journal} from '../engine/journal.js'
import {refuseUnfinished, refuseWhileDestroyed} from '../engine/journal-errors.js'
import {acquireLock} from '../engine/lock.js'
import type {ClusterOptions} from './open-cluster.js'
import {reopenRegion} from './open-region.js'
import {refuseWithoutMachines} from './refuse-without-machines.js'

export interface AtWorkOptions extends ClusterOptions {
  /** As the error LOCKED said: takes the lock from an owner that nobody can ask. */
  readonly forceUnlock?: string
}

export interface ClusterAtWork {
  readonly directory: ClusterDirectory
  readonly journal: Journal
  readonly access: RegionAccess
}

/**
 * Hands a complete cluster whose machines all run to who changes something of it, under its lock. `command` is what the
 * user has typed but for the name, `what` is what the machines are to get: `new keys`.
 */
export async function withClusterAtWork<T>(
  options: AtWorkOptions,
  {command, unfinished, what}: {readonly command: string; readonly unfinished: string; readonly what: string},
  work: (cluster: ClusterAtWork) => Promise<T>,
): Promise<T> {
  const {home, signal} = options
  const directory = chooseCluster(home, options.name)
  const lock = acquireLock(directory.path, `${command} ${directory.name}`, options)
  try {
    const journal = Journal.openToWrite(directory.path)
    refuseWhileDestroyed(journal)
    refuseUnfinished(journal, unfinished)
    const cluster = {directory, journal, access: await reopenRegion(home, journal.header, signal)}
    await refuseWithoutMachines(cluster, signal, what)
    return await work(cluster)
  } finally {
    lock.release()
    signal.throwIfAborted()
  }
}
