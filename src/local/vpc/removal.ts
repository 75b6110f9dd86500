import {run} from '../host/run.js'
import type {RegionNames} from '../host/names.js'
import {withdrawForwarding} from './foreign-firewall.js'
import {parseLinks} from './ip-json.js'
import {ipBatch, namespaceExists, namespacesOf, removeNamespaces} from './namespaces.js'
import {stopBalancers} from './balancers.js'
import {killAndWait} from './detached-process.js'
import {stopServices} from './services-process.js'
import type {VpcFiles} from './vpc-files.js'
import {UPLINK} from './vpc-routes.js'

/** Only the region's own processes run there; one whose file was lost is found this way. */
async function killInside(namespace: string): Promise<void> {
  const pids = (await run('ip', ['netns', 'pids', namespace])).split('\n').filter(line => line !== '')
  await Promise.all(pids.map(pid => killAndWait(Number(pid))))
}

/** Removes namespaces of machines, and of load balancers with what runs in them. */
export async function removeEnds(names: RegionNames, namespaces: readonly string[]): Promise<void> {
  const isBalancer = (namespace: string): boolean => namespace.startsWith(`${names.prefix}-lb-`)
  await removeBalancers(namespaces.filter(isBalancer))
  await removeNamespaces(namespaces.filter(namespace => !isBalancer(namespace)))
}

async function removeBalancers(namespaces: readonly string[]): Promise<void> {
  for (const namespace of namespaces) if (namespaceExists(namespace)) await killInside(namespace)
  await removeNamespaces(namespaces)
}

/** Ends what runs in a router's namespace and removes it with its links, on both sides. */
async function removeRouter(namespace: string): Promise<void> {
  if (namespaceExists(namespace)) {
    await killInside(namespace)
    // By its own end: the name on the host may belong to another VPC by now. A namespace's links go some time after it.
    const own = parseLinks(await run('ip', ['-n', namespace, '-j', 'link', 'show']))
      .map(({name}) => name)
      .filter(name => name === UPLINK || name.startsWith('v-'))
    await ipBatch(
      ['-n', namespace],
      own.map(name => `link del ${name}`),
    )
  }
  await removeNamespaces([namespace])
}

/** Removes everything a VPC has on the host, and with the last one what all share; nothing if it has nothing. */
export async function removeVpc(files: VpcFiles, names: RegionNames, vpcId: string): Promise<void> {
  await stopBalancers(files, vpcId)
  await stopServices(files, vpcId)
  await removeRouter(names.vpcNamespace(vpcId))
  await removeEnds(names, files.readRecord(vpcId)?.instanceNamespaces ?? [])
  files.remove(vpcId)
  if (files.known().length === 0) await leaveHost(names)
}

/** Whether the region's table is in the host's namespace (host-ruleset.ts). */
export async function hostTableExists(names: RegionNames): Promise<boolean> {
  return (await run('nft', ['list', 'tables', 'ip'])).split('\n').includes(`table ip ${names.hostTable}`)
}

/** Takes the region's rules out of the host's own namespace; nothing if there are none. */
async function leaveHost(names: RegionNames): Promise<void> {
  await withdrawForwarding(names)
  if (await hostTableExists(names)) await run('nft', ['delete', 'table', 'ip', names.hostTable])
}

/**
 * Removes everything the region's VPCs have on the host, found by the region's prefix: also what a crash left behind.
 * Machines must be gone before. Forwarding between the host's links stays on: others may have come to rely on it.
 */
export async function removeEverything(files: VpcFiles, names: RegionNames): Promise<void> {
  for (const vpcId of files.known()) await removeVpc(files, names, vpcId)
  for (const namespace of namespacesOf(`${names.prefix}-vpc-`)) await removeRouter(namespace)
  await removeBalancers(namespacesOf(`${names.prefix}-lb-`))
  await removeNamespaces(namespacesOf(`${names.prefix}-i-`))
  const links = parseLinks(await run('ip', ['-j', 'link', 'show'])).filter(({name}) =>
    name.startsWith(`${names.prefix}-`),
  )
  await ipBatch(
    ['-force'],
    links.map(({name}) => `link del ${name}`),
  )
  await leaveHost(names)
}
