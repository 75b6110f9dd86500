import {awsClients, resourceClients} from '../aws/clients.js'
import {explained} from '../aws/explained.js'
import {emptyInventory, resourcesOf, takeInventory, type Inventory} from '../aws/inventory.js'
import {STEP_TAG, tagValue} from '../aws/tags.js'
import {clusterCost, costFor} from '../cluster/cost.js'
import {refuseCost} from '../cluster/cost-limit.js'
import {lifeOf, ttlOf} from '../cluster/expiry.js'
import type {Home} from '../cluster/home.js'
import type {ClusterSpec} from '../cluster/spec.js'
import {clusterDirectory, clusterExists} from '../cluster/store.js'
import {FileSecretStore} from '../pki/file-secret-store.js'
import type {SecretStore} from '../pki/secret-store.js'
import {checkRequest, phaseOf, refuseOtherRequest, specInput} from './request/check-request.js'
import {CERTIFICATES_STEP} from './access/certificates.js'
import {installId} from './addons/install.js'
import {allAddons} from './addons/registry.js'
import {rotationReports, unfinishedNotice} from './keys/rotation.js'
import {createPlan} from './create-plan.js'
import {createRequestDefaults, type CreateRequest} from './request/create-request.js'
import {regionFor} from './request/default-region.js'
import {expectedSource, specFrom} from './request/expected-artifacts.js'
import {defaultName} from './request/default-name.js'
import {Journal} from './engine/journal.js'
import {needsOf, upTo, type Plan} from './engine/plan.js'
import type {Step} from './engine/step.js'
import {estimatedSeconds} from './estimate.js'
import {regionFacts, reopenRegion} from './session/open-region.js'
import type {PhaseId} from './phases.js'

/** Output contract of `khw plan --json`. */
export interface PlanReport {
  readonly spec: ClusterSpec
  readonly steps: readonly PlannedStep[]
  /** Sentences about where its artifacts come from, and what is left out for that. */
  readonly notices: readonly string[]
  readonly estimate: {
    /** At most, on an ordinary day. */
    readonly seconds: number
    /** Seconds from its creation until it ends; null: never. */
    readonly ttl: number | null
    /** Calls of AWS that change something. */
    readonly calls: number
    /** Null where nothing costs anything; numbers are null where a price is unknown, `total` also of what never ends. */
    readonly cost: PlannedCost | null
  }
}

export interface PlannedCost {
  readonly perHour: number | null
  /** Until it ends. */
  readonly total: number | null
  readonly currency: string
  readonly unknown: readonly string[]
  /** It may cost less: there is something of the spot market, or a type to fall back on. */
  readonly atMost?: true
}

export interface PlannedStep {
  readonly id: string
  readonly phase: PhaseId
  readonly title: string
  readonly needs: readonly string[]
  /**
   * `adopt`: it is there, though no record says so; `keep`: it is done; `check`: it was done, and something that it is made
   * from is made anew, so that it is gone through again and changes what is no longer right.
   */
  readonly action: 'create' | 'adopt' | 'check' | 'keep'
}

export interface PlanOptions {
  readonly home: Home
  readonly request: CreateRequest
  /** Id of the last phase that would run. */
  readonly until?: string
  readonly signal: AbortSignal
}

/** Of a check of the cluster that changes nothing. */
const SECONDS_TO_LOOK = 5

/**
 * What a create of the same request would do; does nothing. Of a cluster that is not recorded here it asks no region, so
 * that versions, images and zones stay open, and only on this machine whether upstream can be reached, as a create does; of
 * one that is recorded, it asks AWS what there is.
 */
export async function planCluster(options: PlanOptions): Promise<PlanReport> {
  const {home, request, signal} = options
  const until = phaseOf(options.until)
  const name = request.name ?? defaultName(home)
  checkRequest(request, name)
  const directory = clusterDirectory(home, name)
  const journal = clusterExists(home, name) ? Journal.open(directory.path) : undefined
  if (journal) refuseOtherRequest(request, journal)
  const {spec, notices} = journal
    ? {spec: journal.header.spec, notices: await unfinishedWork(journal, new FileSecretStore(directory.secrets))}
    : specFrom(await expectedSource(request, signal), request, await askedFor(request, name, home, signal))
  const ttl = journal ? lifeOf(journal.header) : ttlOf(spec.provider, request.ttl)
  const cost = clusterCost(spec)
  refuseCost(cost, request.maxCost, ttl)
  const whole = createPlan(spec)
  const plan = until === undefined ? whole : upTo(whole, until)
  const steps = plannedSteps(plan, journal, journal ? await there(home, journal, signal) : emptyInventory())
  const isChange = (id: string): boolean =>
    ['create', 'check'].includes(steps.find(step => step.id === id)?.action ?? '')
  const changing = plan.steps.filter(({id}) => isChange(id))
  return {
    spec,
    steps,
    notices,
    estimate: {
      seconds: changing.length === 0 ? SECONDS_TO_LOOK : estimatedSeconds(spec),
      ttl: ttl === null ? null : ttl / 1000,
      calls: changing.reduce((sum, step) => sum + callsOf(step), 0),
      cost: cost && {...cost, total: costFor(cost, ttl), currency: 'USD'},
    },
  }
}

async function askedFor(request: CreateRequest, name: string, home: Home, signal: AbortSignal): Promise<ClusterSpec> {
  const {provider = createRequestDefaults.provider} = request
  const {architecture} = await regionFacts(provider, home)
  const region = await regionFor(provider, request.region, signal)
  return {...specInput(request, name, architecture), region}
}

async function there(home: Home, {header}: Journal, signal: AbortSignal): Promise<Inventory> {
  const access = await reopenRegion(home, header, signal)
  const clients = awsClients(access, {signal})
  try {
    return await takeInventory({...resourceClients(clients), spec: header.spec}, header.clusterId, signal)
  } catch (error) {
    throw explained(error, `Could not read what is in ${access.region}`)
  } finally {
    clients.close()
  }
}

/** What is to be done anew goes on to all that is made from it, but for resources that are there. */
export function plannedSteps(
  {steps}: Plan,
  journal: Pick<Journal, 'steps' | 'header' | 'renewing'> | undefined,
  inventory: Inventory,
): PlannedStep[] {
  const made = new Set(resourcesOf(inventory).map(({tags}) => tagValue(tags, STEP_TAG)))
  const actions = new Map<string, PlannedStep['action']>()
  const actionOf = (step: Step): PlannedStep['action'] => {
    const isDone = journal?.steps[step.id]?.status === 'done'
    if (step.onRepeat !== undefined) return made.has(step.id) ? (isDone ? 'keep' : 'adopt') : 'create'
    if (journal === undefined || !isDone) return 'create'
    if (isToRenew(step, journal) || isOlderThanNeeds(step, journal)) return 'check'
    return needsOf(step).some(({id}) => ['create', 'check'].includes(actions.get(id) ?? '')) ? 'check' : 'keep'
  }
  return steps.map(step => {
    const action = actionOf(step)
    actions.set(step.id, action)
    const {id, phase, title} = step
    return {id, phase, title, needs: needsOf(step).map(need => need.id), action}
  })
}

/** What it made is of before the certificates that are being renewed. */
function isToRenew(step: Step, {steps, header, renewing}: Pick<Journal, 'steps' | 'header' | 'renewing'>): boolean {
  const {issuance} = header
  const record = steps[step.id]
  if (!renewing || issuance === undefined || record?.status !== 'done') return false
  const withOwn = allAddons().filter(({api}) => api !== undefined)
  const issued = [CERTIFICATES_STEP, ...withOwn.map(({name}) => installId(name))]
  return issued.includes(step.id) && Date.parse(record.generation) < Date.parse(issuance.since)
}

/** A run that was stopped has made anew what it is made from. */
function isOlderThanNeeds(step: Step, {steps}: Pick<Journal, 'steps'>): boolean {
  // Of those that look what is there, a need may be made anew and they stay as they are.
  if (step.find !== undefined) return false
  const generationOf = (id: string): number => {
    const record = steps[id]
    return record?.status === 'done' ? Date.parse(record.generation) : 0
  }
  return needsOf(step).some(({id}) => generationOf(id) > generationOf(step.id))
}

/** What is to be finished, whoever has begun it. */
export async function unfinishedWork(
  journal: Pick<Journal, 'header' | 'renewing' | 'rotating' | 'steps'>,
  secrets: SecretStore,
): Promise<readonly string[]> {
  const {header, renewing} = journal
  const {name} = header.spec
  const rotations = await rotationReports(journal, secrets)
  return [
    ...(renewing
      ? [`What khw certs renew has begun is unfinished: a create goes on with it, as khw certs renew ${name} does.`]
      : []),
    ...unfinishedNotice(name, rotations),
  ]
}

function callsOf({onRepeat, changes = 0}: Step): number {
  return onRepeat === undefined ? changes : 1 + changes
}
