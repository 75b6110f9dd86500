import {type Cidr, formatIpv4} from '../../cluster/cidr.js'
import type {RegionNames} from '../host/names.js'
import type {RegionState} from '../model.js'
import {balancerConfig, type BalancerConfig} from './balancer/balancer-config.js'
import {CACHE_ADDRESS, METADATA_ADDRESS, RESOLVER_ADDRESS} from './link-local.js'
import {type Uplink, uplinkOf} from './public-range.js'
import {routerRuleset} from './router-ruleset.js'
import {type ServiceTables, serviceTables} from './service-tables.js'
import {rangeOf, vpcInterfaces, type VpcInterface} from './vpc-interfaces.js'
import {resolverAddressOf, returnMark, vpcRoutes} from './vpc-routes.js'

/** Everything the host has to have for one VPC: plain data, the same for the same state. */
export interface VpcPlan {
  readonly vpcId: string
  /** The router's namespace. */
  readonly namespace: string
  readonly uplink: Uplink & {readonly hostLink: string}
  readonly interfaces: readonly InterfacePlan[]
  /** Addresses of the router itself, on its `lo`: gateways, resolvers, link-local services. */
  readonly routerAddresses: readonly string[]
  /** Arguments of `ip rule add`. */
  readonly rules: readonly string[]
  /** Arguments of `ip route replace`, by what identifies the route. */
  readonly routes: ReadonlyMap<string, string>
  /** The router's packet filter, for `nft -f`. */
  readonly ruleset: string
  /** Public addresses the host reaches over the uplink. */
  readonly publicAddresses: readonly string[]
  readonly services: ServiceTables
  readonly loadBalancers: readonly LoadBalancerPlan[]
}

/** What one load balancer has beside its interfaces. */
export interface LoadBalancerPlan {
  readonly loadBalancerArn: string
  readonly namespace: string
  readonly config: BalancerConfig
}

export interface InterfacePlan {
  /** The router's end of the link. */
  readonly link: string
  /** Namespace of the other end. */
  readonly namespace: string
  /** The other end, there. */
  readonly device: string
  readonly macAddress: string
  readonly address: string
  readonly prefixLength: number
  readonly gateway: string
  readonly up: boolean
  /** Of a load balancer's interface: the routing table of its own that it has there. */
  readonly table?: number
}

/** The plan for a VPC, or undefined if the state has it no more. `publicRange`: the region's /22. Pure. */
export function vpcPlan(state: RegionState, vpcId: string, names: RegionNames, publicRange: Cidr): VpcPlan | undefined {
  const vpc = state.vpcs[vpcId]
  if (vpc === undefined) return undefined
  const uplink = uplinkOf(publicRange, vpc.slot)
  const interfaces = vpcInterfaces(state, vpcId, names)
  const {rules, routes, translations} = vpcRoutes(state, vpc, interfaces, uplink)
  const gateways = Object.values(state.subnets)
    .filter(subnet => subnet.vpcId === vpcId)
    .map(subnet => formatIpv4(rangeOf(subnet.cidrBlock).base + 1))
  return {
    vpcId,
    namespace: names.vpcNamespace(vpcId),
    uplink: {...uplink, hostLink: names.uplink(vpc.slot)},
    interfaces: interfaces.map(each => ({
      link: each.link,
      namespace: each.namespace,
      device: each.device,
      macAddress: each.networkInterface.macAddress,
      address: each.networkInterface.privateIpAddress,
      prefixLength: each.prefixLength,
      gateway: each.gateway,
      up: each.up,
      ...(each.instance === undefined ? {table: returnMark(each)} : {}),
    })),
    routerAddresses: [METADATA_ADDRESS, RESOLVER_ADDRESS, CACHE_ADDRESS, resolverAddressOf(vpc), ...gateways.sort()],
    rules,
    routes,
    ruleset: routerRuleset(state, vpc, interfaces, translations),
    publicAddresses: [...translations.values()],
    services: serviceTables(state, vpc, interfaces),
    loadBalancers: loadBalancerPlans(state, vpcId, interfaces, names),
  }
}

function loadBalancerPlans(
  state: RegionState,
  vpcId: string,
  interfaces: readonly VpcInterface[],
  names: RegionNames,
): LoadBalancerPlan[] {
  return Object.values(state.loadBalancers)
    .filter(loadBalancer => loadBalancer.vpcId === vpcId)
    .map(loadBalancer => {
      const zones = loadBalancer.zones.flatMap(({availabilityZone, networkInterfaceId}) => {
        const own = interfaces.find(each => each.networkInterface.networkInterfaceId === networkInterfaceId)
        if (own === undefined) return []
        return [{availabilityZone, device: own.device, address: own.networkInterface.privateIpAddress}]
      })
      const {loadBalancerArn} = loadBalancer
      return {
        loadBalancerArn,
        namespace: names.loadBalancerNamespace(loadBalancerArn),
        config: balancerConfig(state, loadBalancer, zones),
      }
    })
}
