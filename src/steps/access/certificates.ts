import type {NodeAddresses} from '../../cluster/addressing.js'
import type {ApiNames} from '../../pki/certificates.js'
import {ensureEncryptionKeys} from '../../pki/encryption.js'
import type {Addresses} from '../compute/addresses.js'
import {defineStep, type Step} from '../engine/step.js'
import type {LoadBalancer} from '../load-balancer/load-balancer.js'

type CertificatesNeeds = {
  readonly addresses: Addresses
  readonly loadBalancer?: LoadBalancer
}

type Issued = {
  earliestExpiry: string
  /** The load balancer's name that is in the certificates. */
  loadBalancer?: string
}

export type Certificates = Step<Issued, CertificatesNeeds>

export const CERTIFICATES_STEP = 'access/certificates'

/**
 * Three authorities and every certificate; the API server's names include the machines' addresses and the load
 * balancer's name, which is known as soon as that is asked for.
 */
export function certificates(addresses: Addresses, loadBalancer: LoadBalancer | undefined): Certificates {
  return defineStep<Issued, CertificatesNeeds>({
    id: CERTIFICATES_STEP,
    phase: 'access',
    title: 'Draw the keys and issue the certificates',
    needs: {addresses, ...(loadBalancer === undefined ? {} : {loadBalancer})},

    edition: ({issuance}) => issuance?.since,

    async create({secrets, pki}, needs) {
      // Here too, once: all API servers must have the same, and their nodes are configured at the same time.
      await ensureEncryptionKeys(secrets)
      const named = needs.loadBalancer === undefined ? {} : {loadBalancer: needs.loadBalancer.dnsName}
      const {earliestExpiry} = await pki({...needs.addresses, ...named})
      return {earliestExpiry, ...named}
    },
  })
}

/** The names that the certificates were issued for: who asks for others has them issued anew. */
export function issuedNames(addresses: NodeAddresses, {loadBalancer}: Issued): ApiNames {
  return {...addresses, ...(loadBalancer === undefined ? {} : {loadBalancer})}
}
