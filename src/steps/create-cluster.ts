import type {ArtifactProgress} from '../artifacts/artifact.js'
import {explained} from '../aws/explained.js'
import {takeInventory} from '../aws/inventory.js'
import {required} from '../aws/required.js'
import type {Home} from '../cluster/home.js'
import {operatorRanges, type OperatorRanges} from '../cluster/operator-ranges.js'
import type {CreateReport} from '../cluster/report.js'
import type {RegionAccess} from '../cluster/provider.js'
import type {ProviderName} from '../cluster/spec.js'
import {
  clusterDirectory,
  clusterExists,
  makeClusterDirectory,
  removeIfEmpty,
  type ClusterDirectory,
} from '../cluster/store.js'
import {callerAccount, refuseOtherAccount} from './account.js'
import {reportOf} from './cluster-status.js'
import {checkedMachines, type CheckedMachines} from './checked-machines.js'
import {heedExpiry} from './expiry/heed.js'
import {createPlan} from './create-plan.js'
import {placementNotices} from './compute/placement-notices.js'
import {createRequestDefaults, defaultRegion, type CreateRequest} from './create-request.js'
import {checkRequest, phaseOf, refuseOtherRequest, specInput} from './check-request.js'
import type {RunListener} from './engine/events.js'
import {Journal} from './engine/journal.js'
import {acquireLock} from './engine/lock.js'
import {upTo} from './engine/plan.js'
import {runPlan} from './engine/runner.js'
import {criticalPath, timingsOf} from './engine/timings.js'
import {heedCost} from './heed-cost.js'
import {healDuplicates} from './heal-duplicates.js'
import {listClusters} from './list-clusters.js'
import {newJournal, resolvedArtifacts} from './new-journal.js'
import {openRegion, prepareRegion, regionFacts, regionToLookAt} from './open-region.js'
import {addressChanged, explainUnreached} from './address-changed.js'
import type {PhaseId} from './phases.js'
import {refuseTakenName} from './taken-name.js'
import {openSession} from './session.js'

export interface CreateOptions {
  readonly home: Home
  readonly request: CreateRequest
  /** Ask nothing: install packages, go on. */
  readonly yes: boolean
  readonly confirm: (question: string) => Promise<boolean>
  /** Id of the last phase to run. */
  readonly until?: string
  /** As the error LOCKED said: takes the lock from an owner that nobody can ask. */
  readonly forceUnlock?: string
  readonly onEvent: RunListener
  readonly onNotice: (text: string) => void
  readonly onArtifactProgress: (progress: ArtifactProgress) => void
  readonly signal: AbortSignal
}

/**
 * Creates a cluster, or goes on with one that is unfinished. Everything that can be refused is refused before the first
 * call that creates something; from then on each step is recorded, and a failure leaves all that was made in place.
 */
export async function createCluster(options: CreateOptions): Promise<CreateReport> {
  const {home, request, signal} = options
  const until = phaseOf(options.until)
  const name = request.name ?? defaultName(home)
  checkRequest(request, name)
  const directory = clusterDirectory(home, name)
  makeClusterDirectory(directory)
  const lock = acquireLock(directory.path, `khw create --name ${name}`, options)
  try {
    const resumed = clusterExists(home, name) ? Journal.openToWrite(directory.path) : undefined
    if (resumed) {
      refuseOtherRequest(request, resumed)
      heedExpiry(resumed, options.onNotice)
    }
    const provider = resumed?.header.spec.provider ?? request.provider ?? createRequestDefaults.provider
    const opening = {
      ...options,
      provider,
      region: resumed?.header.spec.region ?? request.region ?? defaultRegion(process.env),
      ...rangesFor(request, resumed),
    }
    const {architecture: only} = await regionFacts(provider, home)
    const asked = resumed?.header.spec ?? {...specInput(request, name, only), region: opening.region}
    if (resumed?.complete !== true) heedCost(asked, request, resumed?.header, options.onNotice)
    // A mirror is at hand: what it lacks is told before this host is set up for a region.
    const mirrored =
      !resumed && request.mirror !== undefined && only !== undefined
        ? await resolvedArtifacts(options, {provider, architecture: only})
        : undefined
    await prepareRegion(opening)
    // On AWS it depends on the machines what is to be fetched for them; the local region is not there yet.
    const machines = resumed || only !== undefined ? undefined : await machinesThere(opening, name)
    const architecture = machines?.architecture ?? only
    const artifacts =
      resumed?.header.artifacts ??
      mirrored ??
      (await resolvedArtifacts(options, {provider, architecture: required(architecture, 'an architecture')}))
    const access = await openRegion(opening)
    const account = await callerAccount(access)
    const begin = async (): Promise<Journal> => {
      await refuseTakenName(access, name, signal)
      const checked = machines ?? (await checkedMachines(access, specInput(request, name, only), signal))
      return newJournal({directory, request, name, access, account, artifacts, machines: checked})
    }
    const journal = resumed ?? (await begin())
    refuseOtherAccount(journal.header, account)
    return await run(options, directory, journal, access, until)
  } finally {
    lock.release()
    removeIfEmpty(home, directory)
    signal.throwIfAborted()
  }
}

async function machinesThere(
  {home, provider, region, request, signal}: CreateOptions & {provider: ProviderName; region: string},
  name: string,
): Promise<CheckedMachines> {
  const access = required(await regionToLookAt({home, provider, region, signal}), 'a region')
  return checkedMachines(access, specInput(request, name), signal)
}

async function run(
  {home, onEvent, onNotice, signal}: CreateOptions,
  directory: ClusterDirectory,
  journal: Journal,
  access: RegionAccess,
  until: PhaseId | undefined,
): Promise<CreateReport> {
  const {header} = journal
  const onSilence = async (): Promise<void> => {
    const error = await addressChanged(home, header, signal)
    if (error) throw error
  }
  const session = await openSession(directory, journal.header, access, signal, {onSilence})
  try {
    const whole = createPlan(journal.header.spec)
    const plan = until === undefined ? whole : upTo(whole, until)
    const before = await healDuplicates({...session.context, journal, onNotice})
    await runPlan({plan, journal, context: {...session.context, inventory: before}, onEvent})
    if (plan.steps.length === whole.steps.length) journal.setComplete(true)
    // What EC2 shows late of a call whose answer was lost.
    const inventory = await takeInventory(session.context, session.context.clusterId, signal)
    const after = await healDuplicates({...session.context, inventory, journal, onNotice})
    placementNotices(journal.header.spec, after).forEach(onNotice)
    const report = await reportOf(journal, session.context, after)
    const timings = timingsOf(plan, journal)
    return {...report, timings, criticalPath: criticalPath(timings)}
  } catch (error) {
    const cause = await explainUnreached(error, home, header, signal)
    throw explained(cause, `Could not look at "${directory.name}"`)
  } finally {
    await session.close()
  }
}

/** An unfinished cluster, if there is just one, is what a bare `khw create` goes on with. */
function defaultName(home: Home): string {
  const [first, ...others] = listClusters(home).filter(cluster => cluster.phase === 'creating')
  return first && others.length === 0 ? first.name : createRequestDefaults.name
}

/** The provider knows, if neither does. */
function rangesFor({operatorCidrs}: CreateRequest, journal: Journal | undefined): {ranges?: OperatorRanges} {
  if (journal) return {ranges: journal.header}
  return operatorCidrs === undefined ? {} : {ranges: operatorRanges(operatorCidrs)}
}
