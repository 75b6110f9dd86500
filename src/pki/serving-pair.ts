import {KhwError} from '../errors.js'
import {ensureLeaf} from './authority.js'
import type {Issuance} from './lifetime.js'
import type {SecretStore} from './secret-store.js'
import type {KeyPair} from './x509.js'

/** What a Service inside the cluster serves TLS with, and who vouches for it. PEM. */
export interface ServingPair extends KeyPair {
  /** The cluster's own authority. */
  readonly ca: string
}

export interface Service {
  readonly name: string
  readonly namespace: string
}

export interface ServingPairRequest {
  readonly service: Service
  readonly secrets: SecretStore
  readonly now: Date
  /** Absent: whatever lasts is good. */
  readonly issuance?: Issuance | undefined
}

/** What the store calls it, as it calls `apiserver` the API server's. */
export function servingName({name, namespace}: Service): string {
  return `services/${namespace}/${name}`
}

/**
 * The certificate of a Service as API servers verify it: for `NAME.NAMESPACE.svc` (kube-aggregator's proxy asks for that
 * name), issued by the cluster's authority and kept with the other keys; one that ends within a day, or is of before new ones were asked for, is issued anew.
 */
export async function ensureServingPair({service, secrets, now, issuance}: ServingPairRequest): Promise<ServingPair> {
  const [ca, caKey] = await Promise.all([secrets.read('pki/ca.crt'), secrets.read('pki/ca.key')])
  if (ca === undefined || caKey === undefined)
    throw new KhwError('KUBERNETES_API', 'The cluster has no certificates yet.', ['Go on creating it: khw create'])
  const host = `${service.name}.${service.namespace}`
  const statement = {
    subject: {commonName: `${host}.svc`},
    usages: ['server'],
    names: {dns: [service.name, host, `${host}.svc`, `${host}.svc.cluster.local`], ips: []},
  } as const
  const path = `pki/${servingName(service)}`
  const pair = await ensureLeaf(statement, {certificate: ca, privateKey: caKey}, {path, secrets, now, issuance})
  return {...pair, ca}
}
