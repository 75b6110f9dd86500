import {blockAt, blocksOf, type Cidr, formatCidr, formatIpv4, overlap, parseCidr, sizeOf} from '../../cluster/cidr.js'
import {KhwError} from '../../errors.js'

/** Addresses set aside for benchmarks (RFC 2544), so that no network a laptop meets uses them. */
const POOL: Cidr = {base: 0xc6120000, prefix: 15}

/** Addresses of the link between the host and one VPC's router. */
export interface Uplink {
  readonly hostAddress: string
  readonly routerAddress: string
  readonly prefixLength: number
}

/**
 * The region's /22 of 198.18.0.0/15: by `prefix` (RegionNames.prefix), so that it is the same after a restart, or the
 * next one that overlaps nothing in `taken`. Throws LOCAL_UNSUPPORTED if all 128 are taken.
 */
export function choosePublicRange(prefix: string, taken: readonly Cidr[]): Cidr {
  const count = blocksOf(POOL, 22)
  const first = Number.parseInt(prefix.replace(/^khw/, ''), 16) % count
  for (let step = 0; step < count; step++) {
    const block = blockAt(POOL, 22, (first + step) % count)
    if (!taken.some(other => overlap(block, other))) return block
  }
  throw new KhwError(
    'LOCAL_UNSUPPORTED',
    `The local region cannot have public addresses: this host routes every /22 of ${formatCidr(POOL)} already`,
    [
      'See what does with: ip route show table all root 198.18.0.0/15',
      'Remove regions you no longer use: khw local reset',
    ],
  )
}

/** What this host routes already, but for this region's own uplinks and default routes. `json`: `ip -j -4 route show table all`. */
export function routedBlocks(json: string, prefix: string): Cidr[] {
  const routes: unknown = JSON.parse(json === '' ? '[]' : json)
  if (!Array.isArray(routes)) return []
  return routes.flatMap((route: unknown) => {
    if (typeof route !== 'object' || route === null || !('dst' in route) || typeof route.dst !== 'string') return []
    if ('dev' in route && typeof route.dev === 'string' && route.dev.startsWith(`${prefix}-`)) return []
    const block = parseCidr(route.dst.includes('/') ? route.dst : `${route.dst}/32`)
    return block === undefined || block.prefix === 0 ? [] : [block]
  })
}

/** First and last public address for instances, as unsigned 32-bit numbers: those of the first three /24s. */
export function publicAddressesOf(range: Cidr): {readonly first: number; readonly last: number} {
  const last = blockAt(range, 24, 2)
  return {first: range.base + 1, last: last.base + sizeOf(last) - 2}
}

/** Where traffic from this host to instances comes from: all uplinks of the region are in this /24. */
export function operatorCidrOf(range: Cidr): string {
  return formatCidr(blockAt(range, 24, 3))
}

/** The /30 between the host and the VPC in `slot`. Throws LOCAL_UNSUPPORTED from the 65th VPC on. */
export function uplinkOf(range: Cidr, slot: number): Uplink {
  const operators = blockAt(range, 24, 3)
  if (slot >= blocksOf(operators, 30))
    throw new KhwError('LOCAL_UNSUPPORTED', `The local region has room for ${blocksOf(operators, 30)} VPCs, not more`, [
      'Destroy a cluster you no longer need: khw list, khw destroy NAME',
    ])
  const {base, prefix} = blockAt(operators, 30, slot)
  return {hostAddress: formatIpv4(base + 1), routerAddress: formatIpv4(base + 2), prefixLength: prefix}
}
