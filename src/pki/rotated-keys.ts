import {ENCRYPTION_KEYS} from './encryption.js'
import {readRing, type KeyKind} from './key-ring.js'
import {SERVICE_ACCOUNT_KEYS} from './pki.js'
import type {SecretStore} from './secret-store.js'

/** What `khw keys rotate` can draw anew. */
export const ROTATED_KEYS = ['encryption', 'service-account'] as const

export type RotatedKey = (typeof ROTATED_KEYS)[number]

export const KEY_KINDS: Readonly<Record<RotatedKey, KeyKind>> = {
  encryption: ENCRYPTION_KEYS,
  'service-account': SERVICE_ACCOUNT_KEYS,
}

/** Names of the keys, of each kind the one in use first; a kind that was never rotated is left out. */
export type KeyNames = Readonly<Partial<Record<RotatedKey, readonly string[]>>>

export async function keyNames(secrets: SecretStore): Promise<KeyNames> {
  const names = await Promise.all(
    ROTATED_KEYS.map(async (key): Promise<[RotatedKey, readonly string[]]> => {
      const ring = await readRing(secrets, KEY_KINDS[key])
      return [key, ring.map(({name}) => name)]
    }),
  )
  return Object.fromEntries(
    names.filter(([, [first, second]]) => second !== undefined || (first ?? 'key-1') !== 'key-1'),
  )
}
