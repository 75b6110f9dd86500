import {isPrivate, type Role} from './addressing.js'
import {typesOf} from './machines.js'
import {instancePrice, loadBalancerPrice, pricesAsOf, publicAddressPrice, volumePrice} from './prices.js'
import {hasLoadBalancer, type ClusterSpec} from './spec.js'

/** What something costs an hour, in US dollars. */
export interface Cost {
  /** Null if a price is not known: khw does not guess. */
  readonly perHour: number | null
  /** Whose price is not known: `m9.large in ap-south-2`. */
  readonly unknown: readonly string[]
  /** It may cost less: some of it is of the spot market, or has a type to fall back on, of which this is the dearest. */
  readonly atMost?: true
}

type CostSpec = Pick<
  ClusterSpec,
  'provider' | 'region' | 'controllers' | 'workers' | 'network' | 'spot' | 'loadBalancer'
> &
  Pick<ClusterSpec, 'controllerType' | 'workerType' | 'fallbackTypes' | 'volumeSize'>

/** What the cluster costs at most while all of it is there, whichever of its types its machines are; null where it costs nothing. */
export function clusterCost(spec: CostSpec): Cost | null {
  if (spec.provider === 'local') return null
  const roles = (['controller', 'worker'] as const).flatMap(role => {
    const count = role === 'controller' ? spec.controllers : spec.workers
    return count === 0 ? [] : [{count, dearest: dearestCost(spec, role)}]
  })
  const machines = roles.flatMap(({count, dearest}) => Array.from({length: count}, () => dearest))
  const atMost = spec.spot === true || roles.some(({dearest}) => dearest.atMost)
  return {...sum([...machines, sharedCost(spec)]), ...(atMost ? {atMost} : {})}
}

/** Of a machine that is of whichever type is to be had: unknown, if the price of one of them is. */
function dearestCost(spec: CostSpec, role: Role): Cost {
  const costs = typesOf(spec, role).map(type => machineCost(spec, role, type))
  const {unknown} = sum(costs)
  if (unknown.length > 0) return {perHour: null, unknown}
  const prices = costs.map(({perHour}) => perHour ?? 0)
  const perHour = Math.max(...prices)
  return {perHour, unknown, ...(Math.min(...prices) < perHour ? {atMost: true} : {})}
}

/** A machine with its volume and its public address, if it has one; of another type than the spec's if that was not to be had. */
export function machineCost(spec: CostSpec, role: Role, type?: string): Cost {
  const {region, volumeSize} = spec
  const instanceType = type ?? (role === 'controller' ? spec.controllerType : spec.workerType)
  return sum([
    known(instancePrice(instanceType, region), `${instanceType} in ${region}`),
    known(volumePrice(volumeSize, region), `gp3 in ${region}`),
    ...(isPrivate(spec, role) ? [] : [known(publicAddressPrice(), '')]),
  ])
}

/** What all machines have in common: an idle load balancer, which has a public address in each of its subnets. */
export function sharedCost(spec: CostSpec): Cost {
  if (!hasLoadBalancer(spec)) return sum([])
  const {region, network} = spec
  const subnets = network.existing?.publicSubnets.length ?? network.subnets
  return sum([
    known(loadBalancerPrice(region), `a Network Load Balancer in ${region}`),
    known(subnets * publicAddressPrice(), ''),
  ])
}

export function sum(costs: readonly Cost[]): Cost {
  const unknown = [...new Set(costs.flatMap(cost => cost.unknown))]
  return {perHour: unknown.length > 0 ? null : costs.reduce((all, {perHour}) => all + (perHour ?? 0), 0), unknown}
}

/** US dollars for so many milliseconds; null if that is not known or has no end. */
export function costFor({perHour}: Cost, milliseconds: number | null): number | null {
  return perHour === null || milliseconds === null ? null : (perHour * milliseconds) / 3_600_000
}

/** `$0.29 an hour, $2.34 for its 8 hours (list prices of June 2025)`. `ttl` in milliseconds; null: it never ends. */
export function costText(cost: Cost, ttl: number | null): string {
  const amounts = costAmounts(cost, ttl)
  if (amounts !== undefined) return `${amounts} (list prices of ${pricesAsOf()})`
  return `unknown: khw's price list of ${pricesAsOf()} lacks ${cost.unknown.join(' and ')}`
}

/** The same without the date; undefined if a price is unknown. */
export function costAmounts(cost: Cost, ttl: number | null): string | undefined {
  const {perHour, atMost} = cost
  if (perHour === null) return undefined
  const whole = costFor(cost, ttl)
  const total =
    whole === null || ttl === null ? `${usd(perHour * 24)} a day, without end` : `${usd(whole)} for its ${hours(ttl)}`
  return `${atMost ? 'at most ' : ''}${usd(perHour)} an hour, ${total}`
}

/** `$0.29`; parts of a cent only where there is nothing else. */
export function usd(amount: number): string {
  return `$${amount > 0 && amount < 0.005 ? amount.toFixed(4) : amount.toFixed(2)}`
}

function hours(milliseconds: number): string {
  const count = Math.round(milliseconds / 360_000) / 10
  return count === 1 ? 'hour' : `${count} hours`
}

function known(perHour: number | undefined, what: string): Cost {
  return perHour === undefined ? {perHour: null, unknown: [what]} : {perHour, unknown: []}
}
