import {ensureEncryptionKey} from '../../pki/encryption.js'
import {ensurePki} from '../../pki/pki.js'
import type {Addresses} from '../compute/addresses.js'
import {defineStep, type Step} from '../engine/step.js'

export type Certificates = Step<{earliestExpiry: string}, {addresses: Addresses}>

/** Three authorities and every certificate; the API server's names include the machines' public addresses. */
export function certificates(addresses: Addresses): Certificates {
  return defineStep({
    id: 'access/certificates',
    phase: 'access',
    title: 'Draw the keys and issue the certificates',
    needs: {addresses},

    async create({spec, secrets}, needs) {
      // Here too, once: all API servers must have the same, and their nodes are configured at the same time.
      await ensureEncryptionKey(secrets)
      const pki = await ensurePki({spec, publicIps: needs.addresses.publicIps, secrets})
      return {earliestExpiry: pki.earliestExpiry}
    },
  })
}
