import type {ClusterReport} from '../cluster/report.js'
import {chooseCluster} from '../cluster/store.js'
import {KhwError} from '../errors.js'
import {LIFETIMES} from '../pki/lifetime.js'
import {askForRenewal} from './certificates/renewal.js'
import {runCluster, type CreateOptions} from './create-cluster.js'
import {Journal} from './engine/journal.js'
import {refuseUnfinished, refuseWhileDestroyed} from './engine/journal-errors.js'
import {acquireLock} from './engine/lock.js'
import type {ClusterOptions} from './session/open-cluster.js'
import {reopenRegion} from './session/open-region.js'
import {refuseWithoutMachines} from './session/refuse-without-machines.js'

export interface RenewOptions extends ClusterOptions, Pick<CreateOptions, 'onEvent' | 'onNotice'> {
  /** Of the new certificates, in milliseconds; as of the last ones if left out, which is 30 days at first. */
  readonly lifetime?: number
  /** As the error LOCKED said: takes the lock from an owner that nobody can ask. */
  readonly forceUnlock?: string
}

/**
 * Issues every certificate of a cluster anew, for the keys that there are, and puts them where they are used. That they
 * are wanted is on the disk first: a run that was stopped is finished by the next, or by a create.
 */
export async function renewCertificates(options: RenewOptions): Promise<ClusterReport> {
  const {home, signal, lifetime, onNotice} = options
  if (lifetime !== undefined) checkLifetime(lifetime)
  const directory = chooseCluster(home, options.name)
  const lock = acquireLock(directory.path, `khw certs renew ${directory.name}`, options)
  try {
    const journal = Journal.openToWrite(directory.path)
    refuseWhileDestroyed(journal)
    refuseUnfinished(journal, 'it gets its certificates first')
    await refuseWithoutMachines({...options, name: directory.name}, 'new certificates')
    const access = await reopenRegion(home, journal.header, signal)
    askForRenewal(journal, lifetime, onNotice, Date.now())
    return await runCluster(options, directory, journal, access, undefined)
  } finally {
    lock.release()
    signal.throwIfAborted()
  }
}

function checkLifetime(lifetime: number): void {
  if (lifetime >= LIFETIMES.shortest && lifetime <= LIFETIMES.longest) return
  throw new KhwError(
    'USAGE',
    'Certificates can be made for 2 minutes at least, as less would be over before they are everywhere, and for 180 days at most.',
    ['Try --lifetime 30d'],
    {exit: 2},
  )
}
