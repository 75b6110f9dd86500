import {rbacManifests} from '../../kubernetes/rbac.js'
import type {Addresses} from '../compute/addresses.js'
import {defineStep, type Step} from '../engine/step.js'
import {waitUntil} from '../engine/wait-until.js'
import {applyPatiently} from './apply-patiently.js'
import type {FirstApi} from './first-api.js'

type RbacNeeds = {
  readonly addresses: Addresses
  readonly firstApi: FirstApi
}

export type Rbac = Step<{bindings: number}, RbacNeeds>

/** Lets the API servers speak to the kubelets, and the operator's group administer the cluster. */
export function rbac(addresses: Addresses, firstApi: FirstApi): Rbac {
  return defineStep<{bindings: number}, RbacNeeds>({
    id: 'control-plane/rbac',
    phase: 'control-plane',
    title: 'Bind the roles',
    needs: {addresses, firstApi},

    async create({kubernetes, signal}, needs) {
      const api = await kubernetes(needs.addresses.publicIps, 'super-admin')
      const manifests = rbacManifests()
      await applyPatiently(api, manifests, signal)
      // What an API server knows of roles lags behind what it has stored.
      const admin = await kubernetes(needs.addresses.publicIps, 'admin')
      await waitUntil(async () => (await admin.nodes(), true), {
        what: 'the API server to grant what was bound',
        budget: 60_000,
        every: 200,
        signal,
        suggestions: ['Run the same command again: it goes on where it stopped.'],
      })
      return {bindings: manifests.length}
    },
  })
}
