import {KhwError} from '../errors.js'
import {costFor, costText, usd, type Cost} from './cost.js'

/** The most a cluster may cost, in US dollars: an hour, or in all until it ends. */
export interface CostLimit {
  readonly amount: number
  readonly per: 'hour' | 'ttl'
}

/** Throws USAGE: what never ends has no cost in all. */
export function checkCostLimit(limit: CostLimit | undefined, ttl: number | null): void {
  if (limit === undefined || limit.per === 'hour' || ttl !== null) return
  throw new KhwError(
    'USAGE',
    `A cluster that never ends costs more than any --max-cost ${limit.amount} in the end.`,
    ['Say how much an hour may cost: --max-cost 0.50/h', 'Or let it end: --ttl 8h'],
    {exit: 2},
  )
}

/** Throws COST_LIMIT if it would cost more, or if nobody knows what it would cost. `ttl` in milliseconds; null: never ends. */
export function refuseCost(cost: Cost | null, limit: CostLimit | undefined, ttl: number | null): void {
  if (cost === null || limit === undefined) return
  const {amount, per} = limit
  const asked = per === 'hour' ? cost.perHour : costFor(cost, ttl)
  if (asked !== null && asked <= amount) return
  const most = `--max-cost ${amount}${per === 'hour' ? '/h' : ''}`
  const what =
    asked === null
      ? `Nobody can say whether ${most} would be kept: the cost is ${costText(cost, ttl)}.`
      : `The cluster ${cost.atMost ? 'could' : 'would'} cost ${usd(asked)}${per === 'hour' ? ' an hour' : ' in all'}, more than ${most} allows: ${costText(cost, ttl)}.`
  throw new KhwError(
    'COST_LIMIT',
    what,
    asked === null
      ? [
          'Choose a type and a region of the list, such as --worker-type t3.medium --region us-west-2',
          'Or leave out --max-cost',
        ]
      : [
          'Ask for fewer or smaller machines: --workers, --worker-type',
          'Or for a shorter time: --ttl',
          'Or allow more',
        ],
    {exit: 2},
  )
}
