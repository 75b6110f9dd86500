import {randomBytes} from 'node:crypto'
import {yamlText} from '../yaml.js'
import {ensureRing, type KeyKind, type RingKey} from './key-ring.js'
import type {SecretStore} from './secret-store.js'

/** secretbox (XSalsa20 and Poly1305) detects changes; aescbc does not and is for releases without the former. */
export type EncryptionProvider = 'secretbox' | 'aescbc'

const KEY_BYTES = 32

/** What API servers encrypt: plural names in the core API, and in etcd below `/registry`. */
export const ENCRYPTED_RESOURCES = ['secrets', 'configmaps'] as const

/** 32 random bytes, base64. */
export const ENCRYPTION_KEYS: KeyKind = {
  file: 'encryption.key',
  draw: () => Promise.resolve(randomBytes(KEY_BYTES).toString('base64')),
  fits: text => Buffer.from(text, 'base64').length === KEY_BYTES,
  alone: 'can read what etcd holds',
  // What it has encrypted can be read by nothing less.
  retired: text => text,
}

/** The first encrypts, all decrypt: with others the API servers could not read their secrets. */
export function ensureEncryptionKeys(secrets: SecretStore): Promise<readonly RingKey[]> {
  return ensureRing(secrets, ENCRYPTION_KEYS)
}

/**
 * The file of kube-apiserver's `--encryption-provider-config`. There is no `identity` provider in it: the cluster is
 * encrypted from its first write, so what is not encrypted has been smuggled in and is refused.
 */
export function encryptionConfiguration(provider: EncryptionProvider, keys: readonly RingKey[]): string {
  return yamlText({
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'EncryptionConfiguration',
    resources: [
      {
        resources: [...ENCRYPTED_RESOURCES],
        providers: [{[provider]: {keys: keys.map(({name, text}) => ({name, secret: text.trim()}))}}],
      },
    ],
  })
}

/** How a value begins, as etcd holds it, that the API server has encrypted with the key of that name. */
export function encryptedBy(provider: EncryptionProvider, key: string): string {
  return `k8s:enc:${provider}:v1:${key}:`
}

/** Whether a value as etcd holds it was encrypted by the API server: `k8s:enc:<provider>:v1:<key>:` and ciphertext. */
export function secretIsEncrypted(rawValue: Buffer): boolean {
  return /^k8s:enc:(secretbox|aescbc):v1:[\w-]+:/.test(rawValue.subarray(0, 64).toString('latin1'))
}
