import {defaultServiceAccounts} from '../../kubernetes/default-service-accounts.js'
import type {Addresses} from '../compute/addresses.js'
import {defineStep, type Step} from '../engine/step.js'
import {applyPatiently} from './apply-patiently.js'
import type {Rbac} from './rbac.js'

type ServiceAccountsNeeds = {
  readonly addresses: Addresses
  readonly rbac: Rbac
}

export type ServiceAccounts = Step<{accounts: number}, ServiceAccountsNeeds>

/** The default service accounts hand out no token unasked. Their namespaces may come a moment after the API. */
export function serviceAccounts(addresses: Addresses, rbac: Rbac): ServiceAccounts {
  return defineStep<{accounts: number}, ServiceAccountsNeeds>({
    id: 'control-plane/service-accounts',
    phase: 'control-plane',
    title: 'Keep tokens out of pods that ask for none',
    needs: {addresses, rbac},

    async create({kubernetes, signal}, needs) {
      const accounts = defaultServiceAccounts()
      await applyPatiently(await kubernetes(needs.addresses.publicIps, 'admin'), accounts, signal)
      return {accounts: accounts.length}
    },
  })
}
