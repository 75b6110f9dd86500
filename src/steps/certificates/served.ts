import {X509Certificate} from 'node:crypto'
import {controllersOf} from '../../cluster/addressing.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import {servedCertificate} from '../../kubernetes/served-certificate.js'
import {issuedNames, type Certificates} from '../access/certificates.js'
import type {Addresses} from '../compute/addresses.js'
import type {ApiServer} from '../control-plane/api-server.js'
import {defineStep, type Nothing, type Step} from '../engine/step.js'
import {waitUntil} from '../engine/wait-until.js'
import {apiEndpoints} from '../operator/operator-api.js'

type ServedNeeds = {
  readonly addresses: Addresses
  readonly certificates: Certificates
  readonly apis: readonly ApiServer[]
}

export type Served = Step<Nothing, ServedNeeds>

/** Waits until every API server shows its new certificate: it re-reads the file by itself, up to a minute later. */
export function served(spec: ClusterSpec, needs: ServedNeeds): Served {
  return defineStep<Nothing, ServedNeeds>({
    id: 'renew/served',
    phase: 'verify',
    title: 'Wait until the API servers show their new certificates',
    needs,

    async create({pki, signal}, {addresses, certificates}) {
      const issued = await pki(issuedNames(addresses, certificates))
      const endpoints = apiEndpoints(spec, addresses.publicIps)
      const shows = async (name: string): Promise<true> => {
        const own = new X509Certificate(issued.leaf('apiserver', name).certificate)
        const shown = await servedCertificate(endpoints[name] ?? '')
        if (shown.fingerprint256 === own.fingerprint256) return true
        throw new Error(`it shows one that ends on ${shown.validTo}`)
      }
      await Promise.all(
        controllersOf(spec).map(({name}) =>
          waitUntil(() => shows(name), {
            what: `the API server of ${name} to show its new certificate`,
            budget: 180_000,
            every: 1_000,
            signal,
            suggestions: [`Read its log: khw ssh ${name} -- sudo journalctl -u kube-apiserver -n 50`],
          }),
        ),
      )
      return {}
    },
  })
}
