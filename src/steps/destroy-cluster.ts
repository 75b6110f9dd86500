import {existsSync} from 'node:fs'
import {awsClients, resourceClients, type ResourceClients} from '../aws/clients.js'
import {explained} from '../aws/explained.js'
import {systemClock, type Clock} from '../clock.js'
import type {Home} from '../cluster/home.js'
import type {RegionAccess} from '../cluster/provider.js'
import type {DestroyReport} from '../cluster/report.js'
import type {ProviderName} from '../cluster/spec.js'
import {
  chooseCluster,
  clusterDirectory,
  clusterNames,
  removeCluster,
  removeIfEmpty,
  type ClusterDirectory,
} from '../cluster/store.js'
import {KhwError} from '../errors.js'
import {settledInventory} from './destroy/settled-inventory.js'
import {takeDown} from './destroy/take-down.js'
import type {RunListener} from './engine/events.js'
import {Journal} from './engine/journal.js'
import {acquireLock} from './engine/lock.js'
import {findClusters, onlyCluster} from './clusters/find-clusters.js'
import {listClusters} from './clusters/list-clusters.js'
import {regionToLookAt, reopenRegion} from './session/open-region.js'

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
  const {home} = options
  const directory = recordedDirectory(options)
  if (directory === undefined) return destroyByTags(options, options.name ?? options.clusterId ?? '')
  const lock = acquireLock(directory.path, `khw destroy ${directory.name}`, options)
  try {
    const journal = readableJournal(directory)
    if (journal) return await destroyRecorded(options, directory, journal)
    const report = await destroyByTags(options, directory.name, directory)
    if (report.remaining.length === 0) await removeCluster(directory)
    return report
  } finally {
    lock.release()
    removeIfEmpty(home, directory)
  }
}

/**
 * Where the cluster that is meant is recorded; undefined if it is to be found by its tags. An id, a provider or a region
 * that is not the recorded cluster's means another one.
 */
function recordedDirectory({home, name, clusterId, provider, region}: DestroyOptions): ClusterDirectory | undefined {
  const recorded = listClusters(home)
  if (clusterId !== undefined) {
    const known = recorded.find(cluster => cluster.id === clusterId && (name === undefined || cluster.name === name))
    return known && clusterDirectory(home, known.name)
  }
  if (name === undefined) return chooseCluster(home, undefined)
  const known = recorded.find(cluster => cluster.name === name)
  const isAnother =
    known !== undefined &&
    ((provider !== undefined && provider !== known.provider) || (region !== undefined && region !== known.region))
  // Its secrets may be there although both of its records are gone.
  const directory = clusterDirectory(home, name)
  return existsSync(directory.path) && !isAnother ? directory : undefined
}

async function destroyRecorded(
  options: DestroyOptions,
  directory: ClusterDirectory,
  journal: Journal,
): Promise<DestroyReport> {
  const {home, signal, clock = systemClock} = options
  const {clusterId, spec} = journal.header
  const access = await reopenRegion(home, journal.header, signal)
  return withRegion(options, access, directory.name, async clients => {
    const inventory = await settledInventory({...options, ...clients, spec, journal, clock, begunAt: access.begunAt})
    journal.setIntent('destroy')
    const receipt = await takeDown({...takeDownOptions(options), ...clients, spec, clusterId, inventory})
    if (receipt.remaining.length === 0) {
      await removeCluster(directory)
      const others = listClusters(home).filter(c => c.provider === spec.provider && c.region === spec.region)
      if (others.length === 0) await access.release?.()
    }
    return receipt
  })
}

/** The tags are all there is to go by. `broken`: the directory of a cluster whose records cannot be read. */
async function destroyByTags(options: DestroyOptions, name: string, broken?: ClusterDirectory): Promise<DestroyReport> {
  const {home, provider, region, signal, onNotice} = options
  const access = await regionToLookAt({home, provider, region, signal})
  if (access === undefined) {
    const others = clusterNames(home)
    // With nothing recorded at all there is nothing that could have been meant; else it may be a slip of the pen.
    if (broken !== undefined || others.length > 0 || options.clusterId !== undefined)
      throw unknown(name, others, broken)
    onNotice(`There is no cluster "${name}" here.`)
    onNotice(`If its journal was lost, look for it by its tags: khw destroy ${name} --provider aws --region REGION`)
    return {name, removed: [], remaining: [], seconds: 0}
  }
  return withRegion(options, access, name, async clients => {
    const found = await findClusters(clients, signal)
    const cluster = onlyCluster(found, {name, id: options.clusterId}, 'khw destroy', access)
    if (cluster === undefined) {
      if (broken !== undefined) throw unknown(name, [], broken)
      const others = clusterNames(home)
      const there =
        others.length === 0 ? '' : ` Recorded here ${others.length === 1 ? 'is' : 'are'}: ${others.join(', ')}.`
      onNotice(`No resource in ${access.region} carries the tags of a cluster "${name}".${there}`)
      return {removed: [], remaining: []}
    }
    const {clusterId, inventory, record} = cluster
    // What it says to have of IAM must be seen.
    const known = record?.spec.ssm === true ? {spec: record.spec} : {}
    const receipt = await takeDown({...takeDownOptions(options), ...clients, ...known, clusterId, inventory})
    if (receipt.remaining.length === 0 && found.length === 1) await access.release?.()
    return receipt
  })
}

function unknown(name: string, others: readonly string[], broken: ClusterDirectory | undefined): KhwError {
  const what =
    broken === undefined
      ? `There is no cluster "${name}" here${others.length === 0 ? '' : `; there is: ${others.join(', ')}`}.`
      : `Where the cluster "${name}" is cannot be read any more, and nothing with its tags was found; ${broken.path} is kept.`
  const find = `Look for it by its tags: khw destroy ${name} --provider aws --region REGION`
  return new KhwError('CLUSTER_NOT_FOUND', what, broken === undefined ? ['khw list', find] : [find])
}

function takeDownOptions({
  forceForeign = false,
  onEvent,
  clock = systemClock,
  signal,
}: DestroyOptions): Pick<Parameters<typeof takeDown>[0], 'forceForeign' | 'onEvent' | 'clock' | 'signal'> {
  return {forceForeign, onEvent, clock, signal}
}

/** Lends `use` clients and makes a report of what it did. */
async function withRegion(
  {signal, clock = systemClock}: DestroyOptions,
  access: RegionAccess,
  name: string,
  use: (clients: ResourceClients) => Promise<Pick<DestroyReport, 'removed' | 'remaining'>>,
): Promise<DestroyReport> {
  const startedAt = clock.now()
  const clients = awsClients(access, {signal, clock})
  try {
    return {name, ...(await use(resourceClients(clients))), seconds: (clock.now() - startedAt) / 1000}
  } catch (error) {
    signal.throwIfAborted()
    throw explained(error, `Could not destroy "${name}"`)
  } finally {
    clients.close()
  }
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
