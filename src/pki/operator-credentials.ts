import {KhwError} from '../errors.js'
import type {SecretStore} from './secret-store.js'

export interface OperatorCredentials {
  readonly ca: string
  readonly certificate: string
  readonly privateKey: string
}

/** The operator's certificates as `ensurePki` stored them; reads only. */
export async function operatorCredentials(
  secrets: SecretStore,
  as: 'admin' | 'super-admin',
): Promise<OperatorCredentials> {
  const [ca, certificate, privateKey] = await Promise.all(
    ['pki/ca.crt', `pki/${as}.crt`, `pki/${as}.key`].map(name => secrets.read(name)),
  )
  if (ca === undefined || certificate === undefined || privateKey === undefined) {
    throw new KhwError('KUBERNETES_API', 'The cluster has no certificates yet.', ['Go on creating it: khw create'])
  }
  return {ca, certificate, privateKey}
}
