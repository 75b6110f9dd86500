import {isExpired} from '../../cluster/expiry.js'
import {KhwError} from '../../errors.js'

export interface NewExpiry {
  readonly name: string
  /** ISO 8601; null: never. */
  readonly expiresAt: string | null
  /** As ExtendOptions has them. */
  readonly by: number | null | undefined
  readonly fromNow: boolean
  /** Milliseconds since 1970. */
  readonly now: number
}

/**
 * When it ends then. More time is added to what is left: who asks for four hours has them in any case; of a cluster that is
 * past its expiry nothing is left, so they begin now.
 */
export function newExpiry({name, expiresAt, by, fromNow, now}: NewExpiry): string | null {
  if (by === undefined) {
    if (!isExpired(expiresAt, now)) return expiresAt
    throw new KhwError(
      'USAGE',
      `"${name}" is past its expiry: how much more time shall it have?`,
      [`khw extend ${name} 4h`],
      {exit: 2},
    )
  }
  if (by === null) return null
  if (expiresAt === null && !fromNow) {
    throw new KhwError(
      'USAGE',
      `"${name}" never ends: there is nothing that could be extended.`,
      [`To let it end in four hours: khw extend ${name} 4h --from-now`],
      {exit: 2},
    )
  }
  const base = fromNow || expiresAt === null ? now : Math.max(now, Date.parse(expiresAt))
  return new Date(base + by).toISOString()
}
