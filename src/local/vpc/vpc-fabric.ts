import type {Cidr} from '../../cluster/cidr.js'
import type {Fabric} from '../fabric.js'
import type {RegionNames} from '../host/names.js'
import {run} from '../host/run.js'
import {balancersRun, startBalancers, stopBalancers, targetHealthIn} from './balancers.js'
import {type DnsForwarder, startDnsForwarder} from './dns-forwarder.js'
import {admitForwarding} from './foreign-firewall.js'
import {hostRuleset} from './host-ruleset.js'
import {HostNames} from './host-names.js'
import {routePublicAddresses} from './host-side.js'
import {connectInstances, disconnectInstances} from './instance-links.js'
import {addNamespaces, inside, namespaceExists} from './namespaces.js'
import {networkFailure} from './network-failure.js'
import {hostTableExists, removeEnds, removeEverything, removeVpc} from './removal.js'
import {furnishRouter, isFurnished, readRouter, routeTraffic} from './router.js'
import {servicesRunning, startServices, stopServices} from './services-process.js'
import {writeFileAtomicallySync} from '../../write-file.js'
import {vpcFiles} from './vpc-files.js'
import {loadBalancerNames} from './service-tables.js'
import {type VpcPlan, vpcPlan} from './vpc-plan.js'

export interface VpcFabricOptions {
  readonly names: RegionNames
  /** The region's state directory; `vpc/` below it is this part's own. */
  readonly directory: string
  /** What instances see at CACHE_SERVER_URL, read-only. */
  readonly cacheDirectory: string
  /** The region's /22 (choosePublicRange). */
  readonly publicRange: Cidr
  /** The host's resolvers, where they are not those of /etc/resolv.conf. */
  readonly resolvers?: () => readonly string[]
  /** Where this host looks up names, for those of load balancers. */
  readonly hostsFile?: string
}

/** The half of the fabric that concerns networks. */
export interface VpcFabric extends Pick<Fabric, 'syncVpc' | 'targetHealth'> {
  /** Removes whatever carries the region's prefix, also after a crash. Machines must be gone before. */
  removeAll(): Promise<void>
  /** Stops forwarding name lookups; networks and their services stay. */
  close(): Promise<void>
}

/** How often a VPC's services are looked after; instances retry names and downloads for longer. */
const WATCH_MS = 2000

/** What this process knows to be on the host for a VPC, so that it need not look again. */
interface Applied {
  readonly vpcPlan: VpcPlan
  readonly plan: string
  readonly ruleset: string
  readonly tables: string
}

/** Everything of a plan that matters to whether the host agrees with it. */
function fingerprint(plan: VpcPlan): string {
  return JSON.stringify({...plan, routes: [...plan.routes]})
}

/** Networks of a region: for each VPC a namespace that is its router, made and kept as the region's state says. */
export function createVpcFabric(options: VpcFabricOptions): VpcFabric {
  const {names, publicRange} = options
  const files = vpcFiles(options.directory)
  const applied = new Map<string, Applied>()
  let forwarder: DnsForwarder | undefined
  let queue: Promise<unknown> = Promise.resolve()
  const hostNames = new HostNames(files, names.prefix, options.hostsFile)

  /** One change of the host at a time: VPCs share its routes, and a VPC may get the slot of one that is being removed. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work, work)
    queue = result.catch(() => undefined)
    return result
  }

  /** The table comes last and so tells that the rest was done; whoever reloads the host's firewall takes it away. */
  const prepareHost = async (): Promise<void> => {
    await run('sysctl', ['-q', '-w', 'net.ipv4.ip_forward=1'])
    await admitForwarding(names)
    await run('nft', ['-f', '-'], {input: hostRuleset(names, publicRange)})
  }

  const upToDate = (plan: VpcPlan): boolean =>
    applied.get(plan.vpcId)?.plan === fingerprint(plan) &&
    namespaceExists(plan.namespace) &&
    plan.interfaces.every(({namespace}) => namespaceExists(namespace)) &&
    servicesRunning(files, plan.vpcId) &&
    balancersRun(files, plan.vpcId, plan.loadBalancers)

  const converge = async (plan: VpcPlan): Promise<void> => {
    const {vpcId, namespace} = plan
    const before = applied.get(vpcId)
    // What fails half-way is looked at afresh the next time.
    applied.delete(vpcId)
    if (!(await hostTableExists(names))) await prepareHost()
    forwarder ??= await startDnsForwarder(files.forwarderSocket, options)

    const known = files.readRecord(vpcId)?.instanceNamespaces ?? []
    const wanted = plan.interfaces.map(i => i.namespace)
    const record = {namespace, hostLink: plan.uplink.hostLink}
    files.writeRecord(vpcId, {...record, instanceNamespaces: [...new Set([...known, ...wanted])]})

    let fresh = false
    if (!namespaceExists(namespace)) {
      // Its services may have outlived it, in a namespace nobody can reach.
      await stopServices(files, vpcId)
      await addNamespaces([namespace])
      fresh = true
    }
    let content = await readRouter(namespace)
    if (!isFurnished(content)) {
      await furnishRouter(plan, content)
      content = await readRouter(namespace)
      fresh = true
    }
    const ruleset = plan.ruleset
    if (fresh || before?.ruleset !== ruleset) await run(...inside(namespace, 'nft', ['-f', '-']), {input: ruleset})
    const tables = JSON.stringify(plan.services)
    if (before?.tables !== tables) writeFileAtomicallySync(files.tables(vpcId), tables, 0o600)

    if (await connectInstances(plan, content)) content = await readRouter(namespace)
    await routeTraffic(plan, content)
    await disconnectInstances(plan, content)
    await routePublicAddresses(plan)
    await startServices(files, vpcId, namespace, options.cacheDirectory)
    await startBalancers(files, plan)
    await stopBalancers(
      files,
      vpcId,
      plan.loadBalancers.map(({loadBalancerArn}) => loadBalancerArn),
    )

    const gone = known.filter(name => !wanted.includes(name))
    if (gone.length > 0) {
      await removeEnds(names, gone)
      files.writeRecord(vpcId, {...record, instanceNamespaces: wanted})
    }
    applied.set(vpcId, {vpcPlan: plan, plan: fingerprint(plan), ruleset, tables})
  }

  const revive = async (vpcId: string): Promise<void> => {
    const plan = applied.get(vpcId)?.vpcPlan
    if (plan === undefined) return
    await startServices(files, vpcId, plan.namespace, options.cacheDirectory)
    await startBalancers(files, plan)
  }
  /** A start may last longer than the next look: it is not asked for again meanwhile. */
  const reviving = new Set<string>()
  const watch = setInterval(() => {
    for (const [vpcId, {vpcPlan: plan}] of applied) {
      if (reviving.has(vpcId)) continue
      if (servicesRunning(files, vpcId) && balancersRun(files, vpcId, plan.loadBalancers)) continue
      reviving.add(vpcId)
      // What keeps them from starting is told by the next synchronisation, which has somebody to tell it to.
      void inTurn(() => revive(vpcId))
        .catch(() => undefined)
        .finally(() => reviving.delete(vpcId))
    }
  }, WATCH_MS).unref()

  return {
    syncVpc: (state, vpcId) => {
      // Now, not when its turn comes: this is the state the caller speaks of.
      const plan = vpcPlan(state, vpcId, names, publicRange)
      hostNames.set(Object.keys(state.vpcs).flatMap(id => loadBalancerNames(state, id)))
      return inTurn(async () => {
        try {
          if (plan === undefined) {
            applied.delete(vpcId)
            await removeVpc(files, names, vpcId)
          } else if (!upToDate(plan)) await converge(plan)
          await hostNames.publish()
        } catch (error) {
          throw networkFailure(`${plan === undefined ? 'remove' : 'build'} the network of ${vpcId}`, error)
        }
      })
    },
    targetHealth: (loadBalancerArn, targetGroupArn, target) =>
      Promise.resolve(targetHealthIn(files, loadBalancerArn, targetGroupArn, target)),
    removeAll: () =>
      inTurn(async () => {
        applied.clear()
        try {
          await removeEverything(files, names)
          await hostNames.clear()
        } catch (error) {
          throw networkFailure('remove the networks of the local region', error)
        }
      }),
    close: () =>
      inTurn(async () => {
        clearInterval(watch)
        await hostNames.close()
        await forwarder?.close()
        forwarder = undefined
      }),
  }
}
