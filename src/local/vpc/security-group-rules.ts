import type {SecurityGroup, SecurityGroupRule} from '../model.js'

/** IANA protocol numbers EC2 also takes by name. */
const PROTOCOLS: Readonly<Record<string, string>> = {'1': 'icmp', '6': 'tcp', '17': 'udp'}

type ByGroup = (groupId: string) => readonly string[]

/** nft's words for the packets a rule is about. nft knows no empty set; a group without members admits nobody. */
function matchesOf(rule: SecurityGroupRule, members: ByGroup, balancers: ByGroup): string[] {
  const side = rule.isEgress ? 'daddr' : 'saddr'
  const {peer} = rule
  // A VPC has no IPv6 here, so no packet comes from such a range or goes there.
  if (peer.kind === 'cidrIpv6') return []
  const traffic = trafficOf(rule)
  if (peer.kind === 'cidr')
    return [peer.cidrIpv4.endsWith('/0') ? traffic : `ip ${side} ${peer.cidrIpv4} ${traffic}`.trim()]
  const addresses = members(peer.groupId)
  const links = rule.isEgress ? [] : balancers(peer.groupId)
  return [
    ...(addresses.length === 0 ? [] : [`ip ${side} { ${addresses.join(', ')} }`]),
    ...(links.length === 0 ? [] : [`iifname { ${links.map(link => `"${link}"`).join(', ')} }`]),
  ].map(who => `${who} ${traffic}`.trim())
}

function trafficOf(rule: SecurityGroupRule): string {
  const words: string[] = []
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

/**
 * The group's two chains: they accept what its rules admit and return on everything else. `members`: private addresses
 * of the interfaces in a group; `balancers`: links of the load balancers in it.
 */
export function securityGroupChains(group: SecurityGroup, members: ByGroup, balancers: ByGroup = () => []): string[] {
  return (['in', 'out'] as const).flatMap(direction => {
    const rules = group.rules
      .filter(rule => rule.isEgress === (direction === 'out'))
      .flatMap(rule => matchesOf(rule, members, balancers))
    return [
      `  chain ${groupChain(group.groupId, direction)} {`,
      ...[...new Set(rules)].sort().map(match => `    ${`${match} accept`.trim()}`),
      '  }',
    ]
  })
}
