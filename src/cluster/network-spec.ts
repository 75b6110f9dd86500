import {contains, formatIpv4, overlap, parseCidr, type Cidr} from './cidr.js'
import type {ExistingNetwork} from './existing-network.js'
import type {Problem} from './spec.js'

export interface NetworkSpec {
  /** Address range of the VPC; subnet i of `subnets` is its i-th /24. */
  readonly vpcCidr: string
  /** Number of subnets, one an availability zone. */
  readonly subnets: number
  /** The availability zones, subnets round robin. Absent: as many of the region's as there are subnets. */
  readonly zones?: readonly string[]
  /** Pod range; worker i has its i-th /24. */
  readonly podCidr: string
  readonly serviceCidr: string
  /** The workers have no public addresses; where existing subnets have no way in from outside they have none anyway. */
  readonly privateWorkers?: boolean
  /** A VPC and subnets that are somebody else's; `vpcCidr` is then what that one has. Absent: the cluster makes its own. */
  readonly existing?: ExistingNetwork
}

export const DEFAULT_NETWORK: NetworkSpec = {
  vpcCidr: '10.240.0.0/16',
  subnets: 3,
  podCidr: '10.200.0.0/16',
  serviceCidr: '10.32.0.0/24',
}

/** What stands for the range of a VPC that nobody has looked at yet. */
export const NOT_KNOWN = ''

/** What is wrong with the ranges of a network, by themselves and beside each other. */
export function networkProblems(network: NetworkSpec): Problem[] {
  const named = [
    // A VPC's own range is from /16 to /28 (VPC user guide, "VPC CIDR blocks").
    [
      '--vpc-cidr',
      network.vpcCidr,
      16,
      network.existing ? 28 : 24 - Math.ceil(Math.log2(Math.max(1, network.subnets))),
    ],
    ['--pod-cidr', network.podCidr, 8, 23],
    ['--service-cidr', network.serviceCidr, 12, 24],
  ] as const
  const problems: Problem[] = []
  const ranges: {flag: string; text: string; cidr: Cidr}[] = []
  for (const [flag, text, shortest, longest] of named) {
    if (flag === '--vpc-cidr' && text === NOT_KNOWN) continue
    const cidr = parseCidr(text)
    if (!cidr) {
      problems.push({
        what: `${flag} ${text} is not an address range in CIDR notation with its host bits zero.`,
        fix: `Try ${flag} ${flag === '--service-cidr' ? DEFAULT_NETWORK.serviceCidr : flag === '--pod-cidr' ? DEFAULT_NETWORK.podCidr : DEFAULT_NETWORK.vpcCidr}`,
      })
    } else if (cidr.prefix < shortest || cidr.prefix > longest) {
      problems.push({
        what: `${flag} ${text} must be between /${shortest} and /${longest}.`,
        fix: `Try ${flag} ${formatIpv4(cidr.base)}/${Math.min(longest, Math.max(shortest, cidr.prefix))}`,
      })
    } else ranges.push({flag, text, cidr})
  }
  for (const [i, a] of ranges.entries()) {
    for (const b of ranges.slice(i + 1)) {
      if (!overlap(a.cidr, b.cidr)) continue
      const inside = contains(a.cidr, b.cidr) ? 'lies in' : 'overlaps'
      problems.push({
        what: `${b.flag} ${b.text} ${inside} ${a.flag} ${a.text}: packets for one would reach the other.`,
        fix: `Choose ranges apart, for example ${b.flag} ${b.flag === '--pod-cidr' ? DEFAULT_NETWORK.podCidr : DEFAULT_NETWORK.serviceCidr}`,
      })
    }
  }
  return problems
}
