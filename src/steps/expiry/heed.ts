import {expiryWarning, isExpired} from '../../cluster/expiry.js'
import {KhwError} from '../../errors.js'
import type {Journal} from '../engine/journal.js'

/**
 * What would be made for a cluster that is past its expiry would end itself in its first minutes: CLUSTER_EXPIRED. That
 * one is about to end is only said.
 */
export function heedExpiry(
  {header: {spec, expiresAt = null}}: Pick<Journal, 'header'>,
  onNotice: (text: string) => void,
  now = Date.now(),
): void {
  const warning = expiryWarning({name: spec.name, expiresAt}, now)
  if (warning === undefined) return
  if (isExpired(expiresAt, now)) throw new KhwError('CLUSTER_EXPIRED', warning.what, warning.next)
  onNotice(`${warning.what} For more time: ${warning.next[0]}`)
}
