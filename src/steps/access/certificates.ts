import {ensureEncryptionKey} from '../../pki/encryption.js'
import type {Addresses} from '../compute/addresses.js'
import {defineStep, type Step} from '../engine/step.js'

export type Certificates = Step<{earliestExpiry: string}, {addresses: Addresses}>

/** Three authorities and every certificate; the API server's names include the machines' addresses. */
export function certificates(addresses: Addresses): Certificates {
  return defineStep({
    id: 'access/certificates',
    phase: 'access',
    title: 'Draw the keys and issue the certificates',
    needs: {addresses},

    async create({secrets, pki}, needs) {
      // Here too, once: all API servers must have the same, and their nodes are configured at the same time.
      await ensureEncryptionKey(secrets)
      const {earliestExpiry} = await pki(needs.addresses)
      return {earliestExpiry}
    },
  })
}
