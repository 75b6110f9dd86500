import type {TargetHealth} from '../../fabric.js'
import type {BalancedGroup, BalancedTarget, BalancerConfig, BalancerZone} from './balancer-config.js'

export type HealthOf = (key: string) => TargetHealth

/** Where what arrives in a zone can go: targets in the zone, or in all zones. */
function candidates(group: BalancedGroup, zone: BalancerZone): BalancedTarget[] {
  return group.targets.filter(
    ({availabilityZone, isDraining}) =>
      !isDraining && (group.isCrossZone || availabilityZone === 'all' || availabilityZone === zone.availabilityZone),
  )
}

/**
 * Where a new connection that arrives in a zone goes: to healthy targets, and where there are none to all of them
 * (Network Load Balancers guide, "Health checks for target groups": the load balancer fails open).
 */
export function receivers(group: BalancedGroup, zone: BalancerZone, healthOf: HealthOf): BalancedTarget[] {
  const all = candidates(group, zone)
  const healthy = all.filter(({key}) => healthOf(key) === 'healthy')
  return healthy.length === 0 ? all : healthy
}

/** Unhealthy targets whose connections end: not those that get connections for want of better ones. */
export function rejectors(config: BalancerConfig, healthOf: HealthOf): BalancedTarget[] {
  return Object.values(config.groups).flatMap(group => {
    const used = new Set(config.zones.flatMap(zone => receivers(group, zone, healthOf)))
    return group.endsUnhealthy
      ? group.targets.filter(target => healthOf(target.key) === 'unhealthy' && !used.has(target))
      : []
  })
}

/**
 * The zones whose addresses the load balancer's name stands for: those in which each listener has a healthy target, or
 * all if there is no such zone.
 */
export function zonesInDns(config: BalancerConfig, healthOf: HealthOf): string[] {
  const groups = Object.values(config.groups).filter(({targets}) => targets.length > 0)
  const isWell = (zone: BalancerZone): boolean =>
    groups.every(group => candidates(group, zone).some(({key}) => healthOf(key) === 'healthy'))
  const well = config.zones.filter(isWell)
  return (well.length === 0 ? config.zones : well).map(({availabilityZone}) => availabilityZone)
}
