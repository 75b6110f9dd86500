import {existsSync} from 'node:fs'
import {awsClients} from '../aws/clients.js'
import {explained} from '../aws/explained.js'
import {systemClock, type Clock} from '../clock.js'
import type {Home} from '../cluster/home.js'
import type {RegionAccess} from '../cluster/provider.js'
import type {DestroyReport} from '../cluster/report.js'
import type {ProviderName} from '../cluster/spec.js'
import {chooseCluster, clusterDirectory, clusterNames, removeCluster, type ClusterDirectory} from '../cluster/store.js'
import {KhwError} from '../errors.js'
import {settledInventory} from './destroy/settled-inventory.js'
import {takeDown} from './destroy/take-down.js'
import type {RunListener} from './engine/events.js'
import {Journal} from './engine/journal.js'
import {acquireLock} from './engine/lock.js'
import {findClusters, type TaggedCluster} from './find-clusters.js'
import {listClusters} from './list-clusters.js'
import {regionToLookAt, reopenRegion} from './open-region.js'

export interface DestroyOptions {
  readonly home: Home
  readonly name?: string
  /** Where to look by tags for a cluster that is not recorded here. */
  readonly provider?: ProviderName
  readonly region?: string
  /** Of several clusters of one name. */
  readonly clusterId?: string
  readonly forceForeign?: boolean
  /** As the error LOCKED said: takes the lock from an owner that nobody can ask. */
  readonly forceUnlock?: string
  readonly onEvent: RunListener
  readonly onNotice: (text: string) => void
  readonly clock?: Clock
  readonly signal: AbortSignal
}

/**
 * Takes down everything that carries the cluster's id, whatever the journal says was made, and without a journal too. Ends
 * with a receipt, checked by asking EC2 once more; the cluster's directory goes last, and only if nothing is left. That
 * there is nothing (any more) is success.
 */
export async function destroyCluster(options: DestroyOptions): Promise<DestroyReport> {
  const {home, name} = options
  const recorded = name === undefined ? options.clusterId === undefined : clusterNames(home).includes(name)
  const directory = recorded ? chooseCluster(home, name) : clusterDirectory(home, name ?? options.clusterId ?? '')
  if (!existsSync(directory.path)) return destroyByTags(options, directory.name)
  const lock = acquireLock(directory.path, `khw destroy ${directory.name}`, options)
  try {
    const journal = readableJournal(directory)
    if (journal) return await destroyRecorded(options, directory, journal)
    const report = await destroyByTags(options, directory.name)
    if (report.remaining.length === 0) await removeCluster(directory)
    return report
  } finally {
    lock.release()
  }
}

async function destroyRecorded(
  options: DestroyOptions,
  directory: ClusterDirectory,
  journal: Journal,
): Promise<DestroyReport> {
  const {home, signal, clock = systemClock} = options
  const {clusterId, spec} = journal.header
  const access = await reopenRegion(home, journal.header, signal)
  return withRegion(options, access, directory.name, async ec2 => {
    const inventory = await settledInventory({...options, ec2, journal, clock})
    journal.setIntent('destroy')
    const receipt = await takeDown({...takeDownOptions(options), ec2, clusterId, inventory})
    if (receipt.remaining.length === 0) {
      await removeCluster(directory)
      const others = listClusters(home).filter(c => c.provider === spec.provider && c.region === spec.region)
      if (others.length === 0) await access.release?.()
    }
    return receipt
  })
}

/** The tags are all there is to go by. */
async function destroyByTags(options: DestroyOptions, name: string): Promise<DestroyReport> {
  const {home, provider, region, signal, onNotice} = options
  const access = await regionToLookAt({home, provider, region, signal})
  if (access === undefined) {
    const others = clusterNames(home)
    onNotice(`There is no cluster "${name}" here${others.length === 0 ? '' : `; there is: ${others.join(', ')}`}.`)
    onNotice(`If its journal was lost, look for it by its tags: khw destroy ${name} --provider aws --region REGION`)
    return {name, removed: [], remaining: [], seconds: 0}
  }
  return withRegion(options, access, name, async ec2 => {
    const found = await findClusters(ec2, signal)
    const cluster = onlyOne(found, name, options.clusterId)
    if (cluster === undefined) {
      onNotice(`No resource in ${access.region} carries the tags of a cluster "${name}".`)
      return {removed: [], remaining: []}
    }
    const {clusterId, inventory} = cluster
    const receipt = await takeDown({...takeDownOptions(options), ec2, clusterId, inventory})
    if (receipt.remaining.length === 0 && found.length === 1) await access.release?.()
    return receipt
  })
}

function takeDownOptions({
  forceForeign = false,
  onEvent,
  clock = systemClock,
  signal,
}: DestroyOptions): Pick<Parameters<typeof takeDown>[0], 'forceForeign' | 'onEvent' | 'clock' | 'signal'> {
  return {forceForeign, onEvent, clock, signal}
}

/** Lends `use` a client and makes a report of what it did. */
async function withRegion(
  {signal, clock = systemClock}: DestroyOptions,
  access: RegionAccess,
  name: string,
  use: (ec2: ReturnType<typeof awsClients>['ec2']) => Promise<Pick<DestroyReport, 'removed' | 'remaining'>>,
): Promise<DestroyReport> {
  const startedAt = clock.now()
  const clients = awsClients(access, {signal, clock})
  try {
    return {name, ...(await use(clients.ec2)), seconds: (clock.now() - startedAt) / 1000}
  } catch (error) {
    signal.throwIfAborted()
    throw explained(error, `Could not destroy "${name}"`)
  } finally {
    clients.close()
  }
}

function onlyOne(found: readonly TaggedCluster[], name: string, id: string | undefined): TaggedCluster | undefined {
  const [first, ...others] = found.filter(cluster =>
    id === undefined ? cluster.name === name : cluster.clusterId === id,
  )
  if (first === undefined || others.length === 0) return first
  const ids = [first, ...others].map(cluster => `${cluster.clusterId} (made ${cluster.createdAt ?? 'some time ago'})`)
  throw new KhwError(
    'CLUSTER_AMBIGUOUS',
    `There are several clusters "${name}":\n${ids.join('\n')}`,
    [`Say which one: khw destroy --id ${first.clusterId}`],
    {exit: 2},
  )
}

/** Undefined if neither the journal nor the copy of its header can be used: the tags have to do. */
function readableJournal(directory: ClusterDirectory): Journal | undefined {
  try {
    return Journal.restore(directory.path)
  } catch (error) {
    if (error instanceof KhwError && error.code === 'JOURNAL_UNREADABLE') return undefined
    throw error
  }
}
