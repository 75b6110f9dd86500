import type {ArtifactProgress} from '../artifacts/artifact.js'
import {explained} from '../aws/explained.js'
import {takeInventory} from '../aws/inventory.js'
import type {Home} from '../cluster/home.js'
import {operatorRanges, type OperatorRanges} from '../cluster/operator-ranges.js'
import type {CreateReport} from '../cluster/report.js'
import type {RegionAccess} from '../cluster/provider.js'
import {
  clusterDirectory,
  clusterExists,
  makeClusterDirectory,
  removeIfEmpty,
  type ClusterDirectory,
} from '../cluster/store.js'
import {FileSecretStore} from '../pki/file-secret-store.js'
import {beginCluster, type Begun} from './session/begin-cluster.js'
import {checkAhead} from './preflight/check-ahead.js'
import {keepKubeconfig, reportOf} from './cluster-status.js'
import {heedExpiry} from './expiry/heed.js'
import {createPlan} from './create-plan.js'
import {explainEnded} from './certificates/ended.js'
import {goOnRenewing} from './certificates/renewal.js'
import {renewPlan} from './certificates/renew-plan.js'
import type {Given} from './certificates/rollout-phases.js'
import {placementNotices} from './compute/placement-notices.js'
import {createRequestDefaults, type CreateRequest} from './request/create-request.js'
import {regionFor} from './request/default-region.js'
import {defaultName} from './request/default-name.js'
import {checkRequest, phaseOf, refuseOtherRequest, specInput} from './request/check-request.js'
import type {RunListener} from './engine/events.js'
import {Journal} from './engine/journal.js'
import {acquireLock} from './engine/lock.js'
import type {RunContext} from './engine/context.js'
import {upTo, type Plan} from './engine/plan.js'
import {runPlan} from './engine/runner.js'
import {criticalPath, timingsOf} from './engine/timings.js'
import {rotationPlan} from './keys/rotation-plan.js'
import {finishDropped, rotationReports, unfinishedNotice, unfinishedRotations, type Rotation} from './keys/rotation.js'
import {heedCost} from './cost/heed-cost.js'
import {healDuplicates} from './duplicates/heal-duplicates.js'
import {openRegion, prepareRegion, regionFacts, type OpenRegionOptions} from './session/open-region.js'
import {addressChanged, explainUnreached} from './operator/address-changed.js'
import type {PhaseId} from './phases.js'
import {openSession} from './session/session.js'

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
      region: resumed?.header.spec.region ?? (await regionFor(provider, request.region, signal)),
      ...rangesFor(request, resumed),
    }
    const {architecture: only} = await regionFacts(provider, home)
    const asked = resumed?.header.spec ?? {...specInput(request, name, only), region: opening.region}
    if (resumed?.complete !== true) heedCost(asked, request, resumed?.header, options.onNotice)
    const {journal, access} = resumed ? await goOn(resumed, opening) : await beginCluster({...opening, name, directory})
    goOnRenewing(journal, options.onNotice, Date.now())
    const rotating = await rotationReports(journal, new FileSecretStore(directory.secrets))
    unfinishedNotice(name, rotating, Date.now()).forEach(options.onNotice)
    return await runCluster(options, directory, journal, access, {until})
  } finally {
    lock.release()
    removeIfEmpty(home, directory)
    signal.throwIfAborted()
  }
}

/** What has been checked once is not checked again, but for what may have changed since. */
async function goOn(journal: Journal, opening: OpenRegionOptions): Promise<Begun> {
  await prepareRegion(opening)
  const access = await openRegion(opening)
  const {header} = journal
  await checkAhead({...opening, spec: header.spec, access, ranges: header, artifacts: undefined, resumed: header})
  return {journal, access}
}

interface HowToRun {
  /** The last phase to run. */
  readonly until?: PhaseId | undefined
  /** What the user has asked for, where that is not a create. */
  readonly gives?: Given
}

/**
 * Runs the cluster's plan: that of a create, or of a renewal or rotation that was asked for and is not finished. What it is like then
 * is what it ends with.
 */
export async function runCluster(
  {home, onEvent, onNotice, signal}: Pick<CreateOptions, 'home' | 'onEvent' | 'onNotice' | 'signal'>,
  directory: ClusterDirectory,
  journal: Journal,
  access: RegionAccess,
  {until, gives}: HowToRun = {},
): Promise<CreateReport> {
  const {header} = journal
  const onSilence = async (): Promise<void> => {
    const error = await addressChanged(home, header, signal)
    if (error && header.rangesGiven !== true) throw error
    if (error) onNotice(`No machine answers yet. ${error.message} ${error.suggestions[0]}`)
  }
  const session = await openSession(directory, journal.header, access, signal, {onSilence})
  try {
    const rotations = await unfinishedRotations(journal, session.context.secrets)
    const whole = await planFor(journal, session.context, rotations, gives)
    const plan = until === undefined ? whole : upTo(whole, until)
    const before = await healDuplicates({...session.context, journal, onNotice})
    await runPlan({plan, journal, context: {...session.context, inventory: before}, onEvent})
    if (plan.steps.length === whole.steps.length) {
      journal.finishRenewal()
      finishDropped(journal, rotations)
      journal.setComplete(true)
    }
    // What EC2 shows late of a call whose answer was lost.
    const inventory = await takeInventory(session.context, session.context.clusterId, signal)
    const after = await healDuplicates({...session.context, inventory, journal, onNotice})
    placementNotices(journal.header.spec, after).forEach(onNotice)
    const report = await reportOf(journal, session.context, after)
    await keepKubeconfig(journal, session.context, after, report)
    const timings = timingsOf(plan, journal)
    return {...report, timings, criticalPath: criticalPath(timings)}
  } catch (error) {
    const cause = explainEnded(error, journal, session.context.clock.now())
    throw explained(await explainUnreached(cause, home, header, signal), `Could not look at "${directory.name}"`)
  } finally {
    await session.close()
  }
}

/** A cluster whose certificates or keys are being changed is at work, and goes on with it, one controller at a time. */
function planFor(
  {header, renewing}: Journal,
  context: RunContext,
  rotations: readonly Rotation[],
  gives: Given | undefined,
): Plan | Promise<Plan> {
  const told = renewing ? 'certificates' : gives
  if (rotations.length > 0) return renewPlan(context, spec => rotationPlan(spec, rotations, told))
  return renewing ? renewPlan(context) : createPlan(header.spec)
}

/** The provider knows, if neither does. */
function rangesFor({operatorCidrs}: CreateRequest, journal: Journal | undefined): {ranges?: OperatorRanges} {
  if (journal) return {ranges: journal.header}
  return operatorCidrs === undefined ? {} : {ranges: operatorRanges(operatorCidrs)}
}
