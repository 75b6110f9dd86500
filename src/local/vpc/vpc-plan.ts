import {type Cidr, formatIpv4} from '../../cluster/cidr.js'
import type {RegionNames} from '../host/names.js'
import type {RegionState} from '../model.js'
import {CACHE_ADDRESS, METADATA_ADDRESS, RESOLVER_ADDRESS} from './link-local.js'
import {type Uplink, uplinkOf} from './public-range.js'
import {routerRuleset} from './router-ruleset.js'
import {type ServiceTables, serviceTables} from './service-tables.js'
import {rangeOf, vpcInterfaces} from './vpc-interfaces.js'
import {resolverAddressOf, vpcRoutes} from './vpc-routes.js'

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
}

export interface InterfacePlan {
  /** The router's end of the link. */
  readonly link: string
  /** Namespace of the other end, `eth0`. */
  readonly namespace: string
  readonly macAddress: string
  readonly address: string
  readonly prefixLength: number
  readonly gateway: string
  readonly up: boolean
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
    interfaces: interfaces.map(({networkInterface, link, instanceNamespace, prefixLength, gateway, up}) => ({
      link,
      namespace: instanceNamespace,
      macAddress: networkInterface.macAddress,
      address: networkInterface.privateIpAddress,
      prefixLength,
      gateway,
      up,
    })),
    routerAddresses: [METADATA_ADDRESS, RESOLVER_ADDRESS, CACHE_ADDRESS, resolverAddressOf(vpc), ...gateways.sort()],
    rules,
    routes,
    ruleset: routerRuleset(state, vpc, interfaces, translations),
    publicAddresses: [...translations.values()],
    services: serviceTables(state, vpc, interfaces),
  }
}
