import {addNamespaces, ipBatch, namespaceExists} from './namespaces.js'
import {type RouterContent, sysctl} from './router.js'
import type {InterfacePlan, VpcPlan} from './vpc-plan.js'

/** Instances' links in the router's namespace have names of this form (vpc-interfaces.ts). */
function isInstanceLink(name: string): boolean {
  return name.startsWith('v-')
}

/** The instance's side, as its DHCP client would make it; run again whenever the instance starts. */
async function configureInstance(plan: InterfacePlan): Promise<void> {
  const {device, namespace, gateway} = plan
  const setUp = [
    'link set lo up',
    // No IPv6 in this VPC; without an address of its own the link keeps quiet.
    `link set ${device} addrgenmode none`,
    `addr replace ${plan.address}/${plan.prefixLength} dev ${device}`,
    `link set ${device} up`,
  ]
  await ipBatch(
    ['-n', namespace],
    plan.table === undefined ? [...setUp, `route replace default via ${gateway} dev ${device}`] : setUp,
  )
  if (plan.table !== undefined) await configureBalancer(plan, plan.table)
}

/** A load balancer's side of one zone: what came by a link, or is sent from its address, leaves by the same link. */
async function configureBalancer({device, namespace, gateway, address}: InterfacePlan, table: number): Promise<void> {
  await sysctl(namespace, [
    'net.ipv4.ip_forward=1',
    ...['all', 'default', device].flatMap(name => [
      `net.ipv4.conf.${name}.rp_filter=0`,
      `net.ipv4.conf.${name}.send_redirects=0`,
      `net.ipv4.conf.${name}.accept_redirects=0`,
    ]),
    'net.ipv6.conf.all.disable_ipv6=1',
    'net.netfilter.nf_conntrack_tcp_be_liberal=1',
  ])
  const rules = [`pref 1000 iif ${device} lookup ${table}`, `pref 1001 from ${address} lookup ${table}`]
  // What an attempt before has left.
  await ipBatch(
    ['-force', '-n', namespace],
    rules.map(rule => `rule del ${rule}`),
  ).catch(() => undefined)
  await ipBatch(
    ['-n', namespace],
    [
      `route replace default via ${gateway} dev ${device} table ${table}`,
      // For the refusals it makes itself, which no rule knows by their source: it is a target's.
      `route replace default via ${gateway} dev ${device} metric ${table}`,
      ...rules.map(rule => `rule add ${rule}`),
    ],
  )
}

/**
 * Gives each interface its link between the instance's namespace and the router's. The router's end goes up last: a
 * link that is up was finished. Returns whether anything was changed.
 */
export async function connectInstances(plan: VpcPlan, content: RouterContent): Promise<boolean> {
  const router = ['-n', plan.namespace]
  const present = (i: InterfacePlan): boolean => content.links.has(i.link) && namespaceExists(i.namespace)
  const missing = plan.interfaces.filter(i => !present(i))
  const starting = plan.interfaces.filter(i => i.up && !(present(i) && content.links.get(i.link)?.up === true))
  if (missing.length + starting.length === 0) return false

  // A link whose namespace lost its name, and an eth0 whose router is gone: neither can be taken over.
  await ipBatch(
    router,
    missing.filter(i => content.links.has(i.link)).map(i => `link del ${i.link}`),
  )
  for (const {namespace, device} of missing.filter(i => namespaceExists(i.namespace)))
    await ipBatch(['-force', '-n', namespace], [`link del ${device}`]).catch(() => undefined)
  await addNamespaces([...new Set(missing.filter(i => !namespaceExists(i.namespace)).map(i => i.namespace))])
  await ipBatch(
    router,
    missing.map(i => `link add ${i.link} type veth peer name ${i.device} address ${i.macAddress} netns ${i.namespace}`),
  )
  await Promise.all(starting.map(configureInstance))
  await sysctl(
    plan.namespace,
    // The router answers for the neighbours, at once: by default it waits up to 0.8 s before it does.
    starting.flatMap(i => [`net.ipv4.conf.${i.link}.proxy_arp=1`, `net.ipv4.neigh.${i.link}.proxy_delay=0`]),
  )
  await ipBatch(
    router,
    starting.map(i => `link set ${i.link} up`),
  )
  return true
}

/** Takes away the links of interfaces that are gone, and takes down those of stopped instances. */
export async function disconnectInstances(plan: VpcPlan, content: RouterContent): Promise<void> {
  const wanted = new Map(plan.interfaces.map(i => [i.link, i]))
  await ipBatch(
    ['-n', plan.namespace],
    [...content.links.values()].flatMap(({name, up}) => {
      const planned = wanted.get(name)
      if (planned === undefined) return isInstanceLink(name) ? [`link del ${name}`] : []
      return up && !planned.up ? [`link set ${name} down`] : []
    }),
  )
}
