import {awsClients} from '../../aws/clients.js'
import {explained} from '../../aws/explained.js'
import type {Home} from '../../cluster/home.js'
import type {ProviderName} from '../../cluster/spec.js'
import {KhwError} from '../../errors.js'
import {regionToLookAt} from '../session/open-region.js'
import type {IamChange} from './change.js'
import {signedInAccount, type Account, type IamClients} from './operator-policy.js'

export interface IamSession {
  readonly clients: IamClients
  readonly account: Account
}

/** Signs in to IAM of a provider and hands it to `use`. Throws AWS_AUTH and, without a local region, LOCAL_NOT_SET_UP. */
export async function withIam<T>(
  options: {readonly home: Home; readonly provider: ProviderName; readonly signal: AbortSignal},
  use: (session: IamSession) => Promise<T>,
): Promise<T> {
  const {provider, signal} = options
  const access = await regionToLookAt({...options, region: undefined})
  if (access === undefined)
    throw new KhwError('LOCAL_NOT_SET_UP', 'There is no local region.', [
      'Start it: khw local env',
      'Or work with your AWS account: --provider aws',
    ])
  const clients = awsClients(access, {signal})
  try {
    return await use({clients, account: await signedInAccount(clients)})
  } catch (error) {
    throw explained(error, `Could not do it in IAM (${provider})`)
  } finally {
    clients.close()
  }
}

/** One after the other, each told when it is done. */
export async function carryOut(changes: readonly IamChange[], onDone: (change: IamChange) => void): Promise<void> {
  for (const change of changes) {
    await change.run()
    onDone(change)
  }
}
