import {awsClients} from '../aws/clients.js'
import {explained} from '../aws/explained.js'
import {systemClock, type Clock} from '../clock.js'
import type {Home} from '../cluster/home.js'
import type {RegionAccess} from '../cluster/provider.js'
import type {DestroyReport} from '../cluster/report.js'
import type {ProviderName} from '../cluster/spec.js'
import {clusterDirectory, removeCluster} from '../cluster/store.js'
import {takeDown} from './destroy/take-down.js'
import type {RunListener} from './engine/events.js'
import {acquireLock} from './engine/lock.js'
import {findClusters, type TaggedCluster} from './find-clusters.js'
import {listClusters} from './list-clusters.js'
import {regionToLookAt} from './open-region.js'

/** A cluster that has outlived its expiry. */
export interface ExpiredCluster {
  readonly access: RegionAccess
  readonly cluster: TaggedCluster & {readonly expiresAt: string}
}

export interface FindExpiredOptions {
  readonly home: Home
  readonly provider: ProviderName | undefined
  /** None: the region that the environment names. */
  readonly regions: readonly string[]
  readonly clock?: Clock
  readonly signal: AbortSignal
}

/** Output contract of `khw sweep --json`. */
export interface SweepReport {
  readonly clusters: readonly (DestroyReport & {
    readonly id: string
    readonly region: string
    readonly expiresAt: string
  })[]
}

/** Every cluster in the regions whose expiry is past, whoever made it. One that says nothing of an expiry never expires. */
export async function findExpired(options: FindExpiredOptions): Promise<readonly ExpiredCluster[]> {
  const {home, provider, regions, clock = systemClock, signal} = options
  const expired = await Promise.all(
    (regions.length === 0 ? [undefined] : regions).map(async region => {
      const access = await regionToLookAt({home, provider, region, signal})
      if (access === undefined) return []
      const clients = awsClients(access, {signal, clock})
      try {
        const clusters = await findClusters(clients.ec2, signal)
        return clusters.flatMap(cluster => {
          const {expiresAt} = cluster
          // A time that cannot be read is no reason to delete anything.
          const past = expiresAt !== null && Date.parse(expiresAt) < clock.now()
          return past ? [{access, cluster: {...cluster, expiresAt}}] : []
        })
      } catch (error) {
        throw explained(error, `Could not look for clusters in ${access.region}`)
      } finally {
        clients.close()
      }
    }),
  )
  return expired.flat()
}

export interface SweepOptions {
  readonly home: Home
  readonly onEvent: RunListener
  readonly clock?: Clock
  readonly signal: AbortSignal
}

/** Takes expired clusters down, one after the other, with what this home knows of them. */
export async function sweepClusters(
  expired: readonly ExpiredCluster[],
  {home, onEvent, clock = systemClock, signal}: SweepOptions,
): Promise<SweepReport> {
  const clusters: SweepReport['clusters'][number][] = []
  for (const {access, cluster} of expired) {
    const {name, clusterId, inventory, expiresAt} = cluster
    const recorded = listClusters(home).find(({id}) => id === clusterId)
    const directory = recorded && clusterDirectory(home, recorded.name)
    const lock = directory === undefined ? undefined : acquireLock(directory.path, 'khw sweep')
    const startedAt = clock.now()
    const clients = awsClients(access, {signal, clock})
    try {
      const receipt = await takeDown({
        ec2: clients.ec2,
        clusterId,
        inventory,
        forceForeign: false,
        onEvent,
        clock,
        signal,
      })
      if (directory !== undefined && receipt.remaining.length === 0) await removeCluster(directory)
      const seconds = (clock.now() - startedAt) / 1000
      clusters.push({name, id: clusterId, region: access.region, expiresAt, ...receipt, seconds})
      if (receipt.remaining.length === 0) await access.release?.()
    } finally {
      clients.close()
      lock?.release()
    }
  }
  return {clusters}
}
