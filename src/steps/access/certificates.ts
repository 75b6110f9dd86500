import {ensurePki} from '../../pki/pki.js'
import type {Addresses} from '../compute/addresses.js'
import {defineStep, type Step} from '../engine/step.js'

export type Certificates = Step<{earliestExpiry: string}, {addresses: Addresses}>

/** Three authorities and every certificate; the API server's names include the machines' public addresses. */
export function certificates(addresses: Addresses): Certificates {
  return defineStep({
    id: 'access/certificates',
    phase: 'access',
    title: 'Issue the certificates',
    needs: {addresses},

    async create({spec, secrets}, needs) {
      const pki = await ensurePki({spec, publicIps: needs.addresses.publicIps, secrets})
      return {earliestExpiry: pki.earliestExpiry}
    },
  })
}
