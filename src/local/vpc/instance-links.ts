import {addNamespaces, ipBatch, namespaceExists} from './namespaces.js'
import {type RouterContent, sysctl} from './router.js'
import type {InterfacePlan, VpcPlan} from './vpc-plan.js'

/** Instances' links in the router's namespace have names of this form (vpc-interfaces.ts). */
function isInstanceLink(name: string): boolean {
  return name.startsWith('v-')
}

/** The instance's side, as its DHCP client would make it; run again whenever the instance starts. */
async function configureInstance(plan: InterfacePlan): Promise<void> {
  await ipBatch(
    ['-n', plan.namespace],
    [
      'link set lo up',
      // No IPv6 in this VPC; without an address of its own the link keeps quiet.
      'link set eth0 addrgenmode none',
      `addr replace ${plan.address}/${plan.prefixLength} dev eth0`,
      'link set eth0 up',
      `route replace default via ${plan.gateway} dev eth0`,
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
  for (const {namespace} of missing.filter(i => namespaceExists(i.namespace)))
    await ipBatch(['-force', '-n', namespace], ['link del eth0']).catch(() => undefined)
  await addNamespaces(missing.filter(i => !namespaceExists(i.namespace)).map(i => i.namespace))
  await ipBatch(
    router,
    missing.map(i => `link add ${i.link} type veth peer name eth0 address ${i.macAddress} netns ${i.namespace}`),
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
