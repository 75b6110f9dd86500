import type {HealthCheck, LoadBalancer, TargetGroup} from '../../../src/local/elb-model.js'
import type {RegionState} from '../../../src/local/model.js'
import {groupId, instanceId, interfaceId, regionState, SUBNETS, VPC, type World} from './region-fixture.js'

const PREFIX = 'arn:aws:elasticloadbalancing:local-1:123456789012'
export const LOAD_BALANCER = `${PREFIX}:loadbalancer/net/web/0123456789abcdef`
export const TARGET_GROUP = `${PREFIX}:targetgroup/web/0123456789abcdef`
export const DNS_NAME = 'web-0123456789abcdef.elb.local-1.amazonaws.com'
/** The load balancer's addresses, a zone each. */
export const BALANCER = ['10.240.0.50', '10.240.1.50'] as const
const ZONES = ['local-1a', 'local-1b'] as const

export interface Balanced extends World {
  /** Of nodes, by their names; those of subnet 0 are in the first zone, the others in the second. */
  readonly targets: readonly string[]
  readonly publicIps?: readonly [string, string]
  readonly groupAttributes?: Readonly<Record<string, string>>
  readonly crossZone?: boolean
  readonly healthCheck?: Partial<HealthCheck>
  readonly state?: LoadBalancer['state']
  /** It is in the first zone only. */
  readonly oneZone?: boolean
}

/** The fixture's region with a load balancer of group `lb` in two zones, that forwards port 443 to port 80. */
export function balancedState(world: Balanced): RegionState {
  const state = structuredClone(regionState(world))
  const zoneOf = (subnetId: string): string => ZONES[SUBNETS.indexOf(subnetId as (typeof SUBNETS)[number])] ?? ''
  state.subnets = Object.fromEntries(
    Object.entries(state.subnets).map(([id, subnet]) => [id, {...subnet, availabilityZone: zoneOf(id)}]),
  )
  state.instances = Object.fromEntries(
    Object.entries(state.instances).map(([id, each]) => [id, {...each, availabilityZone: zoneOf(each.subnetId)}]),
  )
  const subnets = world.oneZone === true ? SUBNETS.slice(0, 1) : SUBNETS
  for (const [index, subnetId] of subnets.entries()) {
    const publicIp = world.publicIps?.[index]
    state.networkInterfaces[interfaceId(`lb${index}`)] = {
      networkInterfaceId: interfaceId(`lb${index}`),
      subnetId,
      vpcId: VPC,
      privateIpAddress: BALANCER[index] ?? '',
      macAddress: `02:00:00:00:02:0${index}`,
      sourceDestCheck: false,
      groupIds: [groupId('lb')],
      ...(publicIp === undefined ? {} : {publicIp}),
      managed: {attachmentId: `ela-${index}`, loadBalancerArn: LOAD_BALANCER, description: '', attachTime: ''},
      tags: [],
    }
  }
  state.loadBalancers[LOAD_BALANCER] = {
    loadBalancerArn: LOAD_BALANCER,
    loadBalancerName: 'web',
    dnsName: DNS_NAME,
    createdTime: '2026-01-01T00:00:00.000Z',
    scheme: world.publicIps === undefined ? 'internal' : 'internet-facing',
    vpcId: VPC,
    state: world.state ?? 'active',
    zones: subnets.map((subnetId, index) => ({
      availabilityZone: zoneOf(subnetId),
      subnetId,
      networkInterfaceId: interfaceId(`lb${index}`),
    })),
    securityGroups: [groupId('lb')],
    attributes: {'load_balancing.cross_zone.enabled': String(world.crossZone ?? false)},
    tags: [],
  }
  state.targetGroups[TARGET_GROUP] = targetGroup(world)
  const listenerArn = `${PREFIX}:listener/net/web/0123456789abcdef/1`
  state.listeners[listenerArn] = {
    listenerArn,
    loadBalancerArn: LOAD_BALANCER,
    port: 443,
    protocol: 'TCP',
    targetGroupArn: TARGET_GROUP,
    attributes: {},
    tags: [],
  }
  return state
}

function targetGroup(world: Balanced): TargetGroup {
  return {
    targetGroupArn: TARGET_GROUP,
    targetGroupName: 'web',
    protocol: 'TCP',
    port: 80,
    vpcId: VPC,
    targetType: 'instance',
    healthCheck: {
      protocol: 'TCP',
      port: 'traffic-port',
      // Shorter than the API lets anybody have it.
      intervalSeconds: 0.1,
      timeoutSeconds: 0.5,
      healthyThreshold: 2,
      unhealthyThreshold: 2,
      ...world.healthCheck,
    },
    attributes: {
      'preserve_client_ip.enabled': 'false',
      'stickiness.enabled': 'false',
      'load_balancing.cross_zone.enabled': 'use_load_balancer_configuration',
      'target_health_state.unhealthy.connection_termination.enabled': 'true',
      ...world.groupAttributes,
    },
    targets: world.targets.map(name => ({
      id: instanceId(name),
      port: 80,
      checkedFrom: '2026-01-01T00:00:00.000Z',
    })),
    tags: [],
  }
}
