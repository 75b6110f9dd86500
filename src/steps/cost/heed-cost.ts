import {clusterCost, costText} from '../../cluster/cost.js'
import {refuseCost} from '../../cluster/cost-limit.js'
import {lifeOf, ttlOf} from '../../cluster/expiry.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import type {CreateRequest} from '../request/create-request.js'
import type {JournalHeader} from '../engine/journal.js'

/**
 * Says what is about to be paid for, before anything is created; throws COST_LIMIT if that is more than allowed. Says
 * nothing where it costs nothing.
 */
export function heedCost(
  spec: ClusterSpec,
  {ttl: asked, maxCost}: CreateRequest,
  known: JournalHeader | undefined,
  onNotice: (text: string) => void,
): void {
  const cost = clusterCost(spec)
  if (cost === null) return
  const ttl = known === undefined ? ttlOf(spec.provider, asked) : lifeOf(known)
  refuseCost(cost, maxCost, ttl)
  onNotice(`Cost: ${costText(cost, ttl)}.`)
}
