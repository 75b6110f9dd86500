import {run} from '../host/run.js'
import {type Link, parseAddresses, parseLinks, parseRoutes, parseRules} from './ip-json.js'
import {inside, ipBatch} from './namespaces.js'
import type {VpcPlan} from './vpc-plan.js'
import {HAIRPIN, UPLINK} from './vpc-routes.js'

/** What is in a router's namespace. */
export interface RouterContent {
  readonly links: ReadonlyMap<string, Link>
  readonly loopback: readonly string[]
  readonly rules: readonly string[]
  readonly routes: ReadonlyMap<string, string>
}

export async function readRouter(namespace: string): Promise<RouterContent> {
  const ip = (...args: string[]): Promise<string> => run('ip', ['-n', namespace, '-j', ...args])
  const [links, addresses, rules, routes] = await Promise.all([
    ip('link', 'show'),
    ip('-4', 'addr', 'show', 'dev', 'lo'),
    ip('rule', 'show'),
    ip('-4', 'route', 'show', 'table', 'all'),
  ])
  return {
    links: new Map(parseLinks(links).map(link => [link.name, link])),
    loopback: parseAddresses(addresses, 'lo'),
    rules: parseRules(rules),
    routes: parseRoutes(routes),
  }
}

/** Writes kernel settings of a namespace; those the kernel lacks (IPv6 may be compiled out) are passed over. */
export async function sysctl(namespace: string, settings: readonly string[]): Promise<void> {
  if (settings.length > 0) await run(...inside(namespace, 'sysctl', ['-e', '-q', '-w', ...settings]))
}

/** The router's own links are in place; the uplink goes up last and so tells that the rest was done. */
export function isFurnished(content: RouterContent): boolean {
  return [UPLINK, HAIRPIN.out, HAIRPIN.in].every(name => content.links.get(name)?.up === true)
}

/** Makes the router's kernel settings, its hairpin and its uplink to the host. */
export async function furnishRouter(plan: VpcPlan, content: RouterContent): Promise<void> {
  const {namespace, uplink} = plan
  await sysctl(namespace, [
    'net.ipv4.ip_forward=1',
    // Sources are checked by interface, in the packet filter; asymmetric paths are legal where the check is off.
    'net.ipv4.conf.all.rp_filter=0',
    'net.ipv4.conf.default.rp_filter=0',
    'net.ipv4.conf.all.send_redirects=0',
    'net.ipv4.conf.default.send_redirects=0',
    'net.ipv4.conf.all.accept_redirects=0',
    'net.ipv6.conf.all.disable_ipv6=1',
    'net.ipv6.conf.default.disable_ipv6=1',
    // A segment outside the window is the receiver's business, as with EC2's connection tracking.
    'net.netfilter.nf_conntrack_tcp_be_liberal=1',
  ])
  if (!content.links.has(UPLINK)) {
    // One left by a router that is gone without its link (a process held it) has its name.
    await ipBatch(['-force'], [`link del ${uplink.hostLink}`]).catch(() => undefined)
    await ipBatch([], [`link add ${uplink.hostLink} type veth peer name ${UPLINK} netns ${namespace}`])
  }
  await ipBatch(
    [],
    [
      `addr replace ${uplink.hostAddress}/${uplink.prefixLength} dev ${uplink.hostLink}`,
      `link set ${uplink.hostLink} addrgenmode none`,
      `link set ${uplink.hostLink} up`,
    ],
  )
  // Both ends have one hardware address and never ask for it, so each takes what the other sends.
  const end = 'address 02:00:00:00:00:01 arp off'
  const hairpin = content.links.has(HAIRPIN.out)
    ? []
    : [`link add ${HAIRPIN.out} ${end} type veth peer name ${HAIRPIN.in} ${end}`]
  await ipBatch(
    ['-n', namespace],
    [
      'link set lo up',
      ...hairpin,
      `link set ${HAIRPIN.out} up`,
      `link set ${HAIRPIN.in} up`,
      `addr replace ${uplink.routerAddress}/${uplink.prefixLength} dev ${UPLINK}`,
      `link set ${UPLINK} up`,
    ],
  )
}

/** Makes addresses, routes and rules of the router what the plan says; links must be up before. */
export async function routeTraffic(plan: VpcPlan, content: RouterContent): Promise<void> {
  const addresses = plan.routerAddresses.map(address => `${address}/32`)
  const stale = content.loopback.filter(address => !address.startsWith('127.') && !addresses.includes(address))
  // Routes over a link that goes down are gone with it; the kernel says so only when asked again.
  const up = (route: string): boolean => {
    const name = / dev (\S+)/.exec(route)?.[1]
    return name === undefined || content.links.get(name)?.up === true
  }
  await ipBatch(
    ['-n', plan.namespace],
    [
      ...addresses.filter(address => !content.loopback.includes(address)).map(address => `addr add ${address} dev lo`),
      ...[...plan.routes].flatMap(([key, route]) =>
        content.routes.get(key) === route && up(route) ? [] : [`route replace ${route}`],
      ),
      ...plan.rules.filter(rule => !content.rules.includes(rule)).map(rule => `rule add ${rule}`),
      ...content.rules.filter(rule => !plan.rules.includes(rule)).map(rule => `rule del ${rule}`),
      ...[...content.routes.keys()].filter(key => !plan.routes.has(key)).map(key => `route del ${key}`),
      ...stale.map(address => `addr del ${address} dev lo`),
    ],
  )
}
