import {defineStep, type Step} from '../engine/step.js'
import {waitUntil} from '../engine/wait-until.js'
import type {Addresses} from '../compute/addresses.js'
import type {Configure} from '../node/configure.js'

type FirstApiNeeds = {
  readonly addresses: Addresses
  readonly configured: readonly Configure[]
}

export type FirstApi = Step<{endpoint: string}, FirstApiNeeds>

/** Waits for whichever API server is ready first: the workers need no more than that to join. */
export function firstApi(addresses: Addresses, configured: readonly Configure[]): FirstApi {
  return defineStep<{endpoint: string}, FirstApiNeeds>({
    id: 'control-plane/first-api',
    phase: 'control-plane',
    title: 'Wait for the first API server',
    needs: {addresses, configured},

    async create({kubernetes, signal}, needs) {
      const api = await kubernetes(needs.addresses.publicIps, 'super-admin')
      const endpoint = await waitUntil(() => api.endpoint(), {
        what: 'an API server to be ready',
        budget: 180_000,
        every: 200,
        signal,
        suggestions: ['Read its log: khw ssh controller-1 -- sudo journalctl -u kube-apiserver -n 50'],
      })
      return {endpoint}
    },
  })
}
