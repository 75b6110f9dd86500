import {contains, formatIpv4, parseIpv4} from '../../cluster/cidr.js'
import type {RegionState, Route, RouteTable, Vpc} from '../model.js'
import type {Uplink} from './public-range.js'
import {rangeOf, type VpcInterface} from './vpc-interfaces.js'

/** The link to the host, in the router's namespace. */
export const UPLINK = 'uplink'
/**
 * Two ends of one link, both in the router's namespace. What an instance sends to a public address of its own VPC
 * leaves by the first and comes back in by the second, as through an internet gateway: translated on the way out,
 * translated on the way in, with the public addresses in between for security groups to see.
 */
export const HAIRPIN = {out: 'hair0', in: 'hair1'} as const

/** Every interface's address; asked first, so that a VPC's local route always wins. */
const LOCAL_TABLE = 100

export interface VpcRoutes {
  /** Arguments of `ip rule add`, one rule an entry. */
  readonly rules: readonly string[]
  /** Arguments of `ip route replace`, by what identifies the route (arguments of `ip route del`). */
  readonly routes: ReadonlyMap<string, string>
  /** Public address by private address, where the internet gateway translates. */
  readonly translations: ReadonlyMap<string, string>
}

/** Linux takes 32 bits for a table's number: 28 of the id's own, so that numbers do not move when tables come and go. */
function tableNumber(routeTable: RouteTable): number {
  return 1000 + Number.parseInt(routeTable.routeTableId.slice(-7), 16)
}

/** The subnet's own table, or else the VPC's main one (VPC User Guide, "Route table concepts"). */
function tableOf(tables: readonly RouteTable[], subnetId: string): RouteTable | undefined {
  return (
    tables.find(table => table.associations.some(association => association.subnetId === subnetId)) ??
    tables.find(table => table.associations.some(association => association.main))
  )
}

/** Of the connections that came by an interface: the mark they get, and the table their answers are looked up in. */
export function returnMark({networkInterface}: VpcInterface): number {
  return 0x20000000 + Number.parseInt(networkInterface.networkInterfaceId.slice(-7), 16)
}

function longestMatch(table: RouteTable, address: string): Route | undefined {
  const host = {base: parseIpv4(address) ?? 0, prefix: 32}
  return table.routes
    .filter(route => contains(rangeOf(route.destinationCidrBlock), host))
    .sort((a, b) => rangeOf(b.destinationCidrBlock).prefix - rangeOf(a.destinationCidrBlock).prefix)[0]
}

/**
 * Policy routing of the VPC's router: what comes from an instance is looked up in its subnet's route table, and what no
 * route names is dropped.
 */
export function vpcRoutes(
  state: RegionState,
  vpc: Vpc,
  interfaces: readonly VpcInterface[],
  uplink: Uplink,
): VpcRoutes {
  const tables = Object.values(state.routeTables)
    .filter(table => table.vpcId === vpc.vpcId)
    .sort((a, b) => (a.routeTableId < b.routeTableId ? -1 : 1))
  const attached = (route: Route | undefined): boolean =>
    route?.target.kind === 'gateway' && state.internetGateways[route.target.gatewayId]?.vpcId === vpc.vpcId

  const translations = new Map<string, string>()
  for (const {networkInterface, up} of interfaces) {
    const table = tableOf(tables, networkInterface.subnetId)
    if (up && networkInterface.publicIp !== undefined && table?.routes.some(attached) === true)
      translations.set(networkInterface.privateIpAddress, networkInterface.publicIp)
  }

  // Clients of a load balancer whose addresses it preserves: answers have to go back through it.
  const passing = interfaces.filter(({up}) => up)
  const balancers = passing.filter(({instance}) => instance === undefined)
  const rules = [
    ...balancers.map(balancer => `pref 90 fwmark ${returnMark(balancer)} lookup ${returnMark(balancer)}`),
    `pref 100 lookup ${LOCAL_TABLE}`,
    ...interfaces.flatMap(({link, subnet}) => {
      const table = tableOf(tables, subnet.subnetId)
      return table === undefined ? [] : [`pref 1000 iif ${link} lookup ${tableNumber(table)}`]
    }),
    // Nothing passes by the router's own table (its uplink), which is for the packets it makes itself.
    'pref 32000 not iif lo blackhole',
  ]

  const routes = new Map<string, string>()
  const add = (table: number, destination: string, target: string): void => {
    const dst = destination === '0.0.0.0/0' ? 'default' : destination.replace(/\/32$/, '')
    routes.set(
      `${dst} table ${table}`,
      target === '' ? `blackhole ${dst} table ${table}` : `${dst} ${target} table ${table}`,
    )
  }
  add(LOCAL_TABLE, vpc.cidrBlock, '')
  for (const {networkInterface, link} of passing) add(LOCAL_TABLE, networkInterface.privateIpAddress, `dev ${link}`)

  for (const balancer of balancers) {
    const {networkInterface, link} = balancer
    add(returnMark(balancer), '0.0.0.0/0', `via ${networkInterface.privateIpAddress} dev ${link} onlink`)
  }

  for (const table of tables) {
    const number = tableNumber(table)
    for (const route of table.routes) {
      const {target} = route
      const node =
        target.kind === 'networkInterface' &&
        passing.find(({networkInterface}) => networkInterface.networkInterfaceId === target.networkInterfaceId)
      if (attached(route)) add(number, route.destinationCidrBlock, `via ${uplink.hostAddress} dev ${UPLINK}`)
      else if (node)
        add(number, route.destinationCidrBlock, `via ${node.networkInterface.privateIpAddress} dev ${node.link} onlink`)
      // A route whose target is gone stays in the table, as `blackhole`.
      else add(number, route.destinationCidrBlock, '')
    }
    for (const publicIp of translations.values())
      if (attached(longestMatch(table, publicIp))) add(number, publicIp, `dev ${HAIRPIN.out}`)
  }
  return {rules, routes, translations}
}

/** The resolver of a VPC: the third address of its range (VPC User Guide, "Amazon DNS server"). */
export function resolverAddressOf(vpc: Vpc): string {
  return formatIpv4(rangeOf(vpc.cidrBlock).base + 2)
}
