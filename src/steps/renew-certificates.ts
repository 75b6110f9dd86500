import type {ClusterReport} from '../cluster/report.js'
import {KhwError} from '../errors.js'
import {LIFETIMES} from '../pki/lifetime.js'
import {askForRenewal} from './certificates/renewal.js'
import {runCluster, type CreateOptions} from './create-cluster.js'
import {withClusterAtWork, type AtWorkOptions} from './session/cluster-at-work.js'

export interface RenewOptions extends AtWorkOptions, Pick<CreateOptions, 'onEvent' | 'onNotice'> {
  /** Of the new certificates, in milliseconds; as of the last ones if left out, which is 30 days at first. */
  readonly lifetime?: number
}

/**
 * Issues every certificate of a cluster anew, for the keys that there are, and puts them where they are used. That they
 * are wanted is on the disk first: a run that was stopped is finished by the next, or by a create.
 */
export async function renewCertificates(options: RenewOptions): Promise<ClusterReport> {
  const {lifetime, onNotice} = options
  if (lifetime !== undefined) checkLifetime(lifetime)
  const asked = {command: 'khw certs renew', unfinished: 'it gets its certificates first', what: 'new certificates'}
  return withClusterAtWork(options, asked, ({directory, journal, access}) => {
    askForRenewal(journal, lifetime, onNotice, Date.now())
    return runCluster(options, directory, journal, access)
  })
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
