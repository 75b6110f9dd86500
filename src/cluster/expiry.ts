import type {ProviderName} from './spec.js'

/** Milliseconds that a cluster on AWS lives unless told otherwise: a working day. */
const AWS_TTL = 8 * 3_600_000
/** From so many milliseconds before its end on, a cluster is worth a warning. */
const NEAR = 30 * 60_000

/** Milliseconds from its creation until a cluster ends; null: never. What costs money ends by default. */
export function ttlOf(provider: ProviderName, asked: number | null | undefined): number | null {
  if (asked !== undefined) return asked
  return provider === 'aws' ? AWS_TTL : null
}

/** ISO 8601; null: never. `createdAt` as well. */
export function expiryAfter(createdAt: string, ttl: number | null): string | null {
  return ttl === null ? null : new Date(Date.parse(createdAt) + ttl).toISOString()
}

/** Milliseconds from its creation until a cluster ends; null: never. */
export function lifeOf({
  createdAt,
  expiresAt = null,
}: {
  readonly createdAt: string
  readonly expiresAt?: string | null
}): number | null {
  return expiresAt === null ? null : Date.parse(expiresAt) - Date.parse(createdAt)
}

export function isExpired(expiresAt: string | null, now: number): boolean {
  return expiresAt !== null && Date.parse(expiresAt) <= now
}

/** A sentence about a cluster that is past its end or near it, and what to type; undefined for all others. */
export function expiryWarning(
  {name, expiresAt}: {readonly name: string; readonly expiresAt: string | null},
  now: number,
): {readonly what: string; readonly next: readonly [string, ...string[]]} | undefined {
  if (expiresAt === null) return undefined
  const left = Date.parse(expiresAt) - now
  const extend = `khw extend ${name} 4h`
  if (left <= 0)
    return {
      what: `"${name}" is past its expiry (${expiresAt.slice(0, 16).replace('T', ' ')} UTC): its machines end themselves, and the rest is left for khw destroy or khw sweep.`,
      next: [`khw destroy ${name}`, extend],
    }
  if (left > NEAR) return undefined
  const minutes = Math.ceil(left / 60_000)
  return {what: `"${name}" ends itself in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`, next: [extend]}
}
