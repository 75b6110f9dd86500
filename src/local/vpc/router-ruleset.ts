import type {RegionState, Vpc} from '../model.js'
import {CACHE_ADDRESS, METADATA_ADDRESS, RESOLVER_ADDRESS} from './link-local.js'
import {groupChain, securityGroupChains} from './security-group-rules.js'
import type {VpcInterface} from './vpc-interfaces.js'
import {HAIRPIN, resolverAddressOf, returnMark, UPLINK} from './vpc-routes.js'

const TABLE = 'vpc'

function chain(name: string, lines: readonly string[]): string[] {
  return [`  chain ${name} {`, ...lines.map(line => `    ${line}`), '  }']
}

function set(name: string, type: string, elements: readonly string[]): string[] {
  const content = elements.length === 0 ? [] : [`    elements = { ${elements.join(', ')} }`]
  return [`  set ${name} {`, `    type ${type}`, ...content, '  }']
}

/** `word { "a" : jump a-out, ... }` with the groups of each interface, or nothing where there are no interfaces. */
function dispatch(word: string, interfaces: readonly VpcInterface[], direction: 'in' | 'out'): string[] {
  const entries = interfaces.map(({link}) => `"${link}" : jump ${link}-${direction}`)
  return entries.length === 0 ? [] : [`${word} vmap { ${entries.join(', ')} }`]
}

/** Every interface's members of a group, by group. */
function membership(interfaces: readonly VpcInterface[]): (groupId: string) => string[] {
  return groupId =>
    interfaces
      .filter(({networkInterface}) => networkInterface.groupIds.includes(groupId))
      .map(({networkInterface}) => networkInterface.privateIpAddress)
}

/** Links of the load balancers in a group, by group: what comes by them is the load balancer's, whatever its address. */
function balancerLinks(interfaces: readonly VpcInterface[]): (groupId: string) => string[] {
  return groupId =>
    interfaces
      .filter(({instance, networkInterface}) => instance === undefined && networkInterface.groupIds.includes(groupId))
      .map(({link}) => link)
}

/** Remembers by which load balancer a connection came that has kept its client's address, for its answers' way back. */
function returnPath(interfaces: readonly VpcInterface[]): string[] {
  const balancers = interfaces.filter(({instance}) => instance === undefined)
  if (balancers.length === 0) return []
  return chain('return-path', [
    // After connection tracking, before a route is chosen.
    'type filter hook prerouting priority -150; policy accept',
    ...balancers.map(
      balancer =>
        `iifname "${balancer.link}" ct state new ip saddr != ${balancer.networkInterface.privateIpAddress} ct mark set ${returnMark(balancer)}`,
    ),
    'ct direction reply ct mark != 0 meta mark set ct mark',
  ])
}

/** What EC2 calls the hop limit of metadata responses is the TTL of their packets. */
function hopLimits(interfaces: readonly VpcInterface[]): string[] {
  const byLimit = new Map<number, string[]>()
  for (const {instance, networkInterface} of interfaces) {
    if (instance === undefined) continue
    const limit = instance.metadataOptions.httpPutResponseHopLimit
    byLimit.set(limit, [...(byLimit.get(limit) ?? []), networkInterface.privateIpAddress])
  }
  return [...byLimit].map(
    ([limit, addresses]) =>
      `ip saddr ${METADATA_ADDRESS} tcp sport 80 ip daddr { ${addresses.join(', ')} } ip ttl set ${limit}`,
  )
}

/**
 * The packet filter of the VPC's router, as one transaction for `nft -f`. Two chains hang on the forward hook, one for
 * each side of a security group: a packet passes if the first (egress of whom it comes from) and the second (ingress
 * of whom it goes to) accept it. Established connections pass both, because security groups are stateful.
 */
export function routerRuleset(
  state: RegionState,
  vpc: Vpc,
  interfaces: readonly VpcInterface[],
  translations: ReadonlyMap<string, string>,
): string {
  const outside = (word: string, hairpin: string): string => `${word} { "${UPLINK}", "${hairpin}" }`
  const fromOutside = outside('iifname', HAIRPIN.in)
  const toOutside = outside('oifname', HAIRPIN.out)
  const groups = Object.values(state.securityGroups)
    .filter(group => group.vpcId === vpc.vpcId)
    .sort((a, b) => (a.groupId < b.groupId ? -1 : 1))
  const known = new Set(groups.map(({groupId}) => groupId))
  const nat = (entries: readonly (readonly [string, string])[]): string =>
    `{ ${entries.map(([from, to]) => `${from} : ${to}`).join(', ')} }`
  const pairs = [...translations]
  const resolvers = [RESOLVER_ADDRESS, ...(vpc.enableDnsSupport ? [resolverAddressOf(vpc)] : [])].join(', ')

  return [
    // Adding first makes the deletion valid where there is no table yet.
    `table ip ${TABLE}`,
    `delete table ip ${TABLE}`,
    `table ip ${TABLE} {`,
    ...set(
      'checked',
      'ifname',
      interfaces.filter(i => i.networkInterface.sourceDestCheck).map(i => `"${i.link}"`),
    ),
    ...set(
      'own',
      'ifname . ipv4_addr',
      interfaces.map(i => `"${i.link}" . ${i.networkInterface.privateIpAddress}`),
    ),
    ...set('translated', 'ipv4_addr', [...translations.keys()]),
    ...groups.flatMap(group => securityGroupChains(group, membership(interfaces), balancerLinks(interfaces))),
    ...interfaces.flatMap(({link, instance, networkInterface: {groupIds}}) =>
      (['in', 'out'] as const).flatMap(direction =>
        chain(`${link}-${direction}`, [
          ...groupIds.filter(groupId => known.has(groupId)).map(groupId => `jump ${groupChain(groupId, direction)}`),
          // A load balancer that was created without security groups admits everybody; an instance always has one.
          instance === undefined && groupIds.length === 0 ? 'accept' : 'drop',
        ]),
      ),
    ),
    // Before connection tracking: a spoofed packet must not match somebody else's connection.
    ...chain('source-check', [
      'type filter hook prerouting priority -300; policy accept',
      'iifname @checked iifname . ip saddr != @own drop',
    ]),
    ...returnPath(interfaces),
    ...chain('gateway-in', [
      'type nat hook prerouting priority -100; policy accept',
      ...(pairs.length === 0 ? [] : [`${fromOutside} dnat to ip daddr map ${nat(pairs.map(([a, b]) => [b, a]))}`]),
    ]),
    ...chain('gateway-out', [
      'type nat hook postrouting priority 100; policy accept',
      ...(pairs.length === 0 ? [] : [`${toOutside} snat to ip saddr map ${nat(pairs)}`]),
    ]),
    ...chain('egress', [
      'type filter hook forward priority -10; policy drop',
      'oifname @checked oifname . ip daddr != @own drop',
      `${toOutside} ip saddr != @translated drop`,
      'ct state established,related accept',
      // From outside, only what was sent to a public address; the private ones cannot be reached directly.
      `${fromOutside} ct status & dnat == 0 drop`,
      `${fromOutside} accept`,
      ...dispatch('iifname', interfaces, 'out'),
    ]),
    ...chain('ingress', [
      'type filter hook forward priority 0; policy drop',
      'ct state established,related accept',
      `${toOutside} accept`,
      ...dispatch('oifname', interfaces, 'in'),
    ]),
    // The link-local services are for the interface's own address: no pod or other network behind an instance gets in.
    ...chain('services', [
      'type filter hook input priority 0; policy drop',
      'iifname "lo" accept',
      'ct state established,related accept',
      'iifname . ip saddr != @own drop',
      `ip daddr { ${METADATA_ADDRESS}, ${CACHE_ADDRESS} } tcp dport 80 accept`,
      `ip daddr { ${resolvers} } meta l4proto { tcp, udp } th dport 53 accept`,
    ]),
    ...chain('hop-limit', ['type filter hook output priority 0; policy accept', ...hopLimits(interfaces)]),
    '}',
    '',
  ].join('\n')
}
