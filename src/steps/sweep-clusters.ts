import {awsClients, resourceClients} from '../aws/clients.js'
import {explained} from '../aws/explained.js'
import {resourcesOf, takeInventory} from '../aws/inventory.js'
import {systemClock, type Clock} from '../clock.js'
import type {Home} from '../cluster/home.js'
import type {RegionAccess} from '../cluster/provider.js'
import type {DestroyReport} from '../cluster/report.js'
import type {ProviderName} from '../cluster/spec.js'
import {clusterDirectory, removeCluster} from '../cluster/store.js'
import {messageOf} from '../errors.js'
import {takeDown} from './destroy/take-down.js'
import type {RunListener} from './engine/events.js'
import {Journal} from './engine/journal.js'
import {acquireLock} from './engine/lock.js'
import {findClusters, latestExpiry, type TaggedCluster} from './clusters/find-clusters.js'
import {listClusters} from './clusters/list-clusters.js'
import {regionToLookAt} from './session/open-region.js'

/** A cluster that has outlived its expiry. */
export interface ExpiredCluster {
  readonly access: RegionAccess
  readonly cluster: TaggedCluster & {readonly expiresAt: string}
}

export interface FindExpiredOptions {
  readonly home: Home
  readonly provider: ProviderName
  /** None: the region that the environment names. */
  readonly regions: readonly string[]
  readonly clock?: Clock
  readonly signal: AbortSignal
}

export interface Found {
  /** Those that were looked at; none if this home has no region of its own. */
  readonly regions: readonly string[]
  readonly expired: readonly ExpiredCluster[]
}

/** Output contract of `khw sweep --json`. */
export interface SweepReport {
  readonly regions: readonly string[]
  readonly clusters: readonly SweptCluster[]
}

export interface SweptCluster extends DestroyReport {
  readonly id: string
  readonly region: string
  readonly expiresAt: string
  /** Why it could not be taken down; null where `removed` and `remaining` say it all. */
  readonly error: string | null
}

/** Every cluster in the regions whose expiry is past, whoever made it. One that says nothing of an expiry never expires. */
export async function findExpired(options: FindExpiredOptions): Promise<Found> {
  const {home, provider, regions, clock = systemClock, signal} = options
  const looks = await Promise.all(
    (regions.length === 0 ? [undefined] : regions).map(async region => {
      const access = await regionToLookAt({home, provider, region, signal})
      if (access === undefined) return []
      return [{region: access.region, expired: await expiredIn(access, clock, signal)}]
    }),
  )
  const looked = looks.flat()
  return {regions: looked.map(({region}) => region), expired: looked.flatMap(({expired}) => expired)}
}

async function expiredIn(access: RegionAccess, clock: Clock, signal: AbortSignal): Promise<ExpiredCluster[]> {
  const clients = awsClients(access, {signal, clock})
  try {
    const clusters = await findClusters(clients, signal)
    return clusters.flatMap(cluster => {
      const {expiresAt} = cluster
      return isPast(expiresAt, clock) ? [{access, cluster: {...cluster, expiresAt}}] : []
    })
  } catch (error) {
    throw explained(error, `Could not look for clusters in ${access.region}`)
  } finally {
    clients.close()
  }
}

/** A time that cannot be read is no reason to delete anything. */
function isPast(expiresAt: string | null, clock: Clock): expiresAt is string {
  return expiresAt !== null && Date.parse(expiresAt) < clock.now()
}

export interface SweepOptions {
  readonly home: Home
  readonly onEvent: RunListener
  readonly clock?: Clock
  readonly signal: AbortSignal
}

/**
 * Takes expired clusters down, one after the other, with what this home knows of them. One that resists stops no other, and
 * one that has been extended since it was found is left, and left out.
 */
export async function sweepClusters({regions, expired}: Found, options: SweepOptions): Promise<SweepReport> {
  const clusters: SweptCluster[] = []
  for (const one of expired) clusters.push(...(await swept(one, options)))
  return {regions, clusters}
}

async function swept({access, cluster}: ExpiredCluster, options: SweepOptions): Promise<SweptCluster[]> {
  const {clock = systemClock, signal} = options
  const {name, clusterId: id, expiresAt} = cluster
  const startedAt = clock.now()
  const about = {name, id, region: access.region, expiresAt}
  const seconds = (): number => (clock.now() - startedAt) / 1000
  try {
    const receipt = await takeDownExpired(access, cluster, options)
    if (receipt === undefined) return []
    if (receipt.remaining.length === 0) await access.release?.()
    return [{...about, ...receipt, seconds: seconds(), error: null}]
  } catch (error) {
    signal.throwIfAborted()
    return [{...about, removed: [], remaining: [], seconds: seconds(), error: messageOf(error)}]
  }
}

/** Undefined if it is wanted again. */
async function takeDownExpired(
  access: RegionAccess,
  {clusterId, record}: TaggedCluster,
  {home, onEvent, clock = systemClock, signal}: SweepOptions,
): Promise<Pick<DestroyReport, 'removed' | 'remaining'> | undefined> {
  const recorded = listClusters(home).find(({id}) => id === clusterId)
  const directory = recorded && clusterDirectory(home, recorded.name)
  const spec = directory === undefined ? record?.spec : Journal.open(directory.path).header.spec
  const lock = directory && acquireLock(directory.path, 'khw sweep')
  const all = awsClients(access, {signal, clock})
  // What it is known to have of IAM must be seen.
  const clients = {...resourceClients(all), ...(spec?.ssm === true && {spec})}
  try {
    // Asked afresh: minutes may have passed since it was found.
    const inventory = await takeInventory(clients, clusterId, signal)
    const there = resourcesOf(inventory)
    if (there.length > 0 && !isPast(latestExpiry(there), clock)) return undefined
    const receipt = await takeDown({...clients, clusterId, inventory, forceForeign: false, onEvent, clock, signal})
    if (directory !== undefined && receipt.remaining.length === 0) await removeCluster(directory)
    return receipt
  } catch (error) {
    throw explained(error, `Could not take down ${clusterId}`)
  } finally {
    all.close()
    lock?.release()
  }
}
