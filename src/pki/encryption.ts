import {randomBytes} from 'node:crypto'
import {yamlText} from '../yaml.js'
import type {SecretStore} from './secret-store.js'

/** secretbox (XSalsa20 and Poly1305) detects changes; aescbc does not and is for releases without the former. */
export type EncryptionProvider = 'secretbox' | 'aescbc'

const KEY_FILE = 'encryption.key'
const KEY_BYTES = 32

/**
 * 32 random bytes, base64, drawn once for a cluster: with another key the API servers could not read their secrets. Not
 * for callers at the same time before it was drawn: each would draw its own.
 */
export async function ensureEncryptionKey(secrets: SecretStore): Promise<string> {
  const stored = await secrets.read(KEY_FILE)
  if (stored !== undefined) return stored.trim()
  const key = randomBytes(KEY_BYTES).toString('base64')
  await secrets.write(KEY_FILE, `${key}\n`)
  return key
}

/**
 * The file of kube-apiserver's `--encryption-provider-config`. There is no `identity` provider in it: the cluster is
 * encrypted from its first write, so what is not encrypted has been smuggled in and is refused.
 */
export function encryptionConfiguration(provider: EncryptionProvider, key: string): string {
  return yamlText({
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'EncryptionConfiguration',
    resources: [
      {
        resources: ['secrets', 'configmaps'],
        providers: [{[provider]: {keys: [{name: 'key-1', secret: key}]}}],
      },
    ],
  })
}

/** Whether a value as etcd holds it was encrypted by the API server: `k8s:enc:<provider>:v1:<key>:` and ciphertext. */
export function secretIsEncrypted(rawValue: Buffer): boolean {
  return /^k8s:enc:(secretbox|aescbc):v1:[\w-]+:/.test(rawValue.subarray(0, 64).toString('latin1'))
}
