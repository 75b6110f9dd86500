import type {SecurityGroup, SecurityGroupRule} from '../model.js'

/** IANA protocol numbers EC2 also takes by name. */
const PROTOCOLS: Readonly<Record<string, string>> = {'1': 'icmp', '6': 'tcp', '17': 'udp'}

/** nft's words for the packets a rule is about, undefined if there are none; `members`: private addresses of the interfaces in a group. */
function matchOf(rule: SecurityGroupRule, members: (groupId: string) => readonly string[]): string | undefined {
  // A VPC has no IPv6 here, so no packet comes from such a range or goes there.
  if (rule.peer.kind === 'cidrIpv6') return undefined
  const side = rule.isEgress ? 'daddr' : 'saddr'
  const words: string[] = []
  if (rule.peer.kind === 'group') {
    const addresses = members(rule.peer.groupId)
    // nft knows no empty set; a group without members admits nobody.
    if (addresses.length === 0) return undefined
    words.push(`ip ${side} { ${addresses.join(', ')} }`)
  } else if (!rule.peer.cidrIpv4.endsWith('/0')) words.push(`ip ${side} ${rule.peer.cidrIpv4}`)

  const protocol = PROTOCOLS[rule.ipProtocol] ?? rule.ipProtocol
  const {fromPort, toPort} = rule
  if (protocol === 'tcp' || protocol === 'udp') {
    const all = fromPort === -1 || (fromPort === 0 && toPort === 65535)
    words.push(all ? `meta l4proto ${protocol}` : `${protocol} dport ${fromPort}-${toPort}`)
  } else if (protocol === 'icmp') {
    // EC2 keeps the ICMP type in fromPort and the code in toPort.
    words.push('meta l4proto icmp')
    if (fromPort !== -1) words.push(`icmp type ${fromPort}`)
    if (fromPort !== -1 && toPort !== -1) words.push(`icmp code ${toPort}`)
  } else if (protocol !== '-1') words.push(`meta l4proto ${protocol}`)
  return words.join(' ')
}

export function groupChain(groupId: string, direction: 'in' | 'out'): string {
  return `${groupId}-${direction}`
}

/** The group's two chains: they accept what its rules admit and return on everything else. */
export function securityGroupChains(group: SecurityGroup, members: (groupId: string) => readonly string[]): string[] {
  return (['in', 'out'] as const).flatMap(direction => {
    const rules = group.rules
      .filter(rule => rule.isEgress === (direction === 'out'))
      .map(rule => matchOf(rule, members))
      .filter(match => match !== undefined)
    return [
      `  chain ${groupChain(group.groupId, direction)} {`,
      ...[...new Set(rules)].sort().map(match => `    ${`${match} accept`.trim()}`),
      '  }',
    ]
  })
}
