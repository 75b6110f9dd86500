import {awsClients, resourceClients} from '../aws/clients.js'
import {explained} from '../aws/explained.js'
import {takeInventory} from '../aws/inventory.js'
import {clusterCost, costFor} from '../cluster/cost.js'
import {refuseCost} from '../cluster/cost-limit.js'
import {lifeOf, ttlOf} from '../cluster/expiry.js'
import type {Home} from '../cluster/home.js'
import type {ClusterSpec} from '../cluster/spec.js'
import {clusterDirectory, clusterExists} from '../cluster/store.js'
import {FileSecretStore} from '../pki/file-secret-store.js'
import {keyNames} from '../pki/rotated-keys.js'
import type {SecretStore} from '../pki/secret-store.js'
import {rollingPlan} from './certificates/renew-plan.js'
import {checkRequest, phaseOf, refuseOtherRequest, specInput} from './request/check-request.js'
import {rotationPlan} from './keys/rotation-plan.js'
import {rotationReports, unfinishedNotice, unfinishedRotations} from './keys/rotation.js'
import {createPlan} from './create-plan.js'
import {createRequestDefaults, type CreateRequest} from './request/create-request.js'
import {regionFor} from './request/default-region.js'
import {expectedSource, specFrom} from './request/expected-artifacts.js'
import {defaultName} from './request/default-name.js'
import {Journal} from './engine/journal.js'
import {upTo, type Plan} from './engine/plan.js'
import type {Step} from './engine/step.js'
import {estimatedSeconds} from './estimate.js'
import {plannedSteps, type Known, type PlannedStep} from './planned-steps.js'
import {regionFacts, reopenRegion} from './session/open-region.js'

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
  const secrets = new FileSecretStore(directory.secrets)
  const {spec, notices} = journal
    ? {spec: journal.header.spec, notices: await unfinishedWork(journal, secrets, Date.now())}
    : specFrom(await expectedSource(request, signal), request, await askedFor(request, name, home, signal))
  const ttl = journal ? lifeOf(journal.header) : ttlOf(spec.provider, request.ttl)
  const cost = clusterCost(spec)
  refuseCost(cost, request.maxCost, ttl)
  const whole = journal ? await planOf(journal, secrets) : createPlan(spec)
  const plan = until === undefined ? whole : upTo(whole, until)
  const steps = plannedSteps(plan, journal && (await knownOf(home, journal, secrets, signal)))
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

/** That of a create, which goes on with what is unfinished, on a cluster that is at work. */
async function planOf(
  {header, renewing, rotating}: Pick<Journal, 'header' | 'renewing' | 'rotating'>,
  secrets: SecretStore,
): Promise<Plan> {
  const rotations = await unfinishedRotations({rotating}, secrets)
  if (rotations.length > 0) return rotationPlan(header.spec, rotations)
  return renewing ? rollingPlan(header.spec) : createPlan(header.spec)
}

/** By asking AWS what there is. */
async function knownOf(home: Home, journal: Journal, secrets: SecretStore, signal: AbortSignal): Promise<Known> {
  const {header} = journal
  const {spec, artifacts, issuance} = header
  const access = await reopenRegion(home, header, signal)
  const clients = awsClients(access, {signal})
  try {
    const [inventory, keys] = await Promise.all([
      takeInventory({...resourceClients(clients), spec}, header.clusterId, signal),
      keyNames(secrets),
    ])
    return {journal, inventory, spec, access, artifacts, keys, ...(issuance && {issuance})}
  } catch (error) {
    throw explained(error, `Could not read what is in ${access.region}`)
  } finally {
    clients.close()
  }
}

/** What is to be finished, whoever has begun it. */
export async function unfinishedWork(
  journal: Pick<Journal, 'header' | 'renewing' | 'rotating' | 'steps'>,
  secrets: SecretStore,
  now: number,
): Promise<readonly string[]> {
  const {header, renewing} = journal
  const {name} = header.spec
  const rotations = await rotationReports(journal, secrets)
  return [
    ...(renewing
      ? [`What khw certs renew has begun is unfinished: a create goes on with it, as khw certs renew ${name} does.`]
      : []),
    ...unfinishedNotice(name, rotations, now),
  ]
}

function callsOf({onRepeat, changes = 0}: Step): number {
  return onRepeat === undefined ? changes : 1 + changes
}
