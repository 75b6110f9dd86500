import type {HealthCheck, LoadBalancer, Listener, TargetGroup} from '../../elb-model.js'
import type {RegionState} from '../../model.js'
import {addressOfTarget, targetKey, zoneOfTarget} from '../../targets.js'

/** What a load balancer's process works with; it reads the file again whenever it was replaced. */
export interface BalancerConfig {
  readonly zones: readonly BalancerZone[]
  readonly listeners: readonly {readonly port: number; readonly targetGroupArn: string}[]
  /** By ARN: those that listeners send to. */
  readonly groups: Readonly<Record<string, BalancedGroup>>
}

export interface BalancerZone {
  readonly availabilityZone: string
  /** Its link in the load balancer's namespace. */
  readonly device: string
  readonly address: string
}

export interface BalancedGroup {
  readonly healthCheck: HealthCheck
  /** Targets see the client's address instead of the load balancer's. */
  readonly preservesClients: boolean
  /** A client comes to the same target again. */
  readonly isSticky: boolean
  /** Each zone sends to targets in all of them. */
  readonly isCrossZone: boolean
  /** Connections to a target end when it turns out to be unhealthy. */
  readonly endsUnhealthy: boolean
  /** For so many seconds before they do. */
  readonly drainsUnhealthy: number
  readonly targets: readonly BalancedTarget[]
}

export interface BalancedTarget {
  /** As `targetKey` has it. */
  readonly key: string
  readonly address: string
  readonly port: number
  readonly checkPort: number
  /** One that the load balancer is in, or `all`. */
  readonly availabilityZone: string
  /** When checks begin: milliseconds since 1970. */
  readonly checkedFrom: number
  /** It gets no new connections. */
  readonly isDraining: boolean
}

/** The configuration of a load balancer; before it is active it listens to nothing. Pure. */
export function balancerConfig(
  state: RegionState,
  loadBalancer: LoadBalancer,
  zones: readonly BalancerZone[],
): BalancerConfig {
  const listeners = Object.values(state.listeners)
    .filter(({loadBalancerArn}) => loadBalancerArn === loadBalancer.loadBalancerArn && loadBalancer.state === 'active')
    .sort((a, b) => a.port - b.port)
  return {
    zones,
    listeners: listeners.map(({port, targetGroupArn}) => ({port, targetGroupArn})),
    groups: Object.fromEntries(listeners.flatMap(listener => balanced(state, loadBalancer, listener, zones))),
  }
}

function balanced(
  state: RegionState,
  loadBalancer: LoadBalancer,
  {targetGroupArn}: Listener,
  zones: readonly BalancerZone[],
): [string, BalancedGroup][] {
  const group = state.targetGroups[targetGroupArn]
  if (group === undefined) return []
  const {attributes, healthCheck} = group
  const terminates = attributes['target_health_state.unhealthy.connection_termination.enabled'] === 'true'
  const drainsUnhealthy = Number(attributes['target_health_state.unhealthy.draining_interval_seconds'] ?? 0)
  const crossZone = attributes['load_balancing.cross_zone.enabled'] ?? ''
  return [
    [
      targetGroupArn,
      {
        healthCheck,
        preservesClients: attributes['preserve_client_ip.enabled'] === 'true',
        isSticky: attributes['stickiness.enabled'] === 'true',
        isCrossZone:
          crossZone === 'use_load_balancer_configuration'
            ? loadBalancer.attributes['load_balancing.cross_zone.enabled'] === 'true'
            : crossZone === 'true',
        // Those that are not ended at once are once their interval is over, if there is one.
        endsUnhealthy: terminates || drainsUnhealthy > 0,
        drainsUnhealthy: terminates ? 0 : drainsUnhealthy,
        targets: targetsOf(state, group, zones),
      },
    ],
  ]
}

/** Those that are running, in a zone of the load balancer. */
function targetsOf(state: RegionState, group: TargetGroup, zones: readonly BalancerZone[]): BalancedTarget[] {
  const {targetGroupArn, targets, healthCheck} = group
  return targets.flatMap(target => {
    const address = addressOfTarget(state, group, target)
    const zone = zoneOfTarget(state, group, target)
    if (address === undefined || zone === undefined) return []
    if (zone !== 'all' && !zones.some(({availabilityZone}) => availabilityZone === zone)) return []
    return {
      key: targetKey(targetGroupArn, target),
      address,
      port: target.port,
      checkPort: healthCheck.port === 'traffic-port' ? target.port : Number(healthCheck.port),
      availabilityZone: zone,
      checkedFrom: Date.parse(target.checkedFrom),
      isDraining: target.drainedAt !== undefined,
    }
  })
}
