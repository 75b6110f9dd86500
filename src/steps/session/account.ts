import {awsClients} from '../../aws/clients.js'
import {explained} from '../../aws/explained.js'
import {required} from '../../aws/required.js'
import type {RegionAccess} from '../../cluster/provider.js'
import {KhwError} from '../../errors.js'
import type {JournalHeader} from '../engine/journal.js'

/** The account that the credentials belong to (STS GetCallerIdentity). Throws AWS_AUTH. */
export async function callerAccount(access: RegionAccess, signal: AbortSignal): Promise<string> {
  const clients = awsClients(access, {signal})
  try {
    return required((await clients.sts.getCallerIdentity({}, {abortSignal: signal})).Account, 'Account')
  } catch (error) {
    throw explained(error, `Could not sign in to ${access.provider} (${access.region})`)
  } finally {
    clients.close()
  }
}

/**
 * In another account there is nothing of the cluster to be seen, which must not be taken for its being gone. The local
 * region is exempt: one that was reset has another account, and of the old one nothing is left.
 */
export function refuseOtherAccount({account, spec}: JournalHeader, signedIn: string): void {
  if (account === signedIn || spec.provider === 'local') return
  throw new KhwError(
    'AWS_AUTH',
    `The cluster "${spec.name}" belongs to account ${account}, but you are signed in to ${signedIn}.`,
    ['Sign in to the right account (AWS_PROFILE), then run the command again.'],
  )
}
