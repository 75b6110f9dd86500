import type {LoadBalancerZone} from '../../elb-model.js'
import type {RegionState} from '../../model.js'
import type {Region} from '../region.js'

/** Marks interfaces that their load balancer has no more need of; they are in the way of deletions until they are gone. */
export function releaseInterfaces(
  state: RegionState,
  zones: readonly LoadBalancerZone[],
  {now, latency}: Pick<Region, 'now' | 'latency'>,
): void {
  const releasedAt = new Date(now().getTime() + latency().loadBalancerInterfaceRelease).toISOString()
  for (const {networkInterfaceId} of zones) {
    const managed = state.networkInterfaces[networkInterfaceId]?.managed
    if (managed !== undefined) managed.releasedAt = releasedAt
  }
}
