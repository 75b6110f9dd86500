import {randomUUID} from 'node:crypto'
import {mkdirSync, rmdirSync} from 'node:fs'
import type {ArtifactProgress} from '../artifacts/artifact.js'
import {resolveArtifacts} from '../artifacts/resolve.js'
import {explained} from '../aws/errors.js'
import {required} from '../aws/required.js'
import {awsClients} from '../aws/clients.js'
import type {Home} from '../cluster/home.js'
import type {CreateReport} from '../cluster/report.js'
import type {RegionAccess} from '../cluster/provider.js'
import {clusterSpec, type ClusterSpec} from '../cluster/spec.js'
import {clusterDirectory, clusterExists, clusterNames, type ClusterDirectory} from '../cluster/store.js'
import {KhwError} from '../errors.js'
import {reportOf} from './cluster-status.js'
import {createPlan} from './create-plan.js'
import {createRequestDefaults, type CreateRequest} from './create-request.js'
import type {RunListener} from './engine/events.js'
import {Journal, type JournalHeader} from './engine/journal.js'
import {acquireLock} from './engine/lock.js'
import {upTo} from './engine/plan.js'
import {runPlan} from './engine/runner.js'
import {criticalPath, timingsOf} from './engine/timings.js'
import {openRegion} from './open-region.js'
import {PHASES} from './phases.js'
import {openSession} from './session.js'

export interface CreateOptions {
  readonly home: Home
  readonly request: CreateRequest
  /** Ask nothing: install packages, go on. */
  readonly yes: boolean
  readonly confirm: (question: string) => Promise<boolean>
  /** Id of the last phase to run. */
  readonly until?: string
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
  validate(request, name)
  const directory = clusterDirectory(home, name)
  const fresh = makeDirectory(directory)
  const lock = acquireLock(directory.path, `khw create --name ${name}`)
  try {
    const resumed = clusterExists(home, name) ? Journal.open(directory.path) : undefined
    if (resumed) refuseOtherRequest(request, resumed)
    const access = await openRegion({
      ...options,
      provider: resumed?.header.spec.provider ?? request.provider ?? createRequestDefaults.provider,
      region: resumed?.header.spec.region ?? request.region ?? createRequestDefaults.region,
      ...operatorCidrOf(request, resumed),
    })
    const account = await callerAccount(access)
    const journal = resumed ?? (await newJournal(options, directory, name, access, account))
    refuseOtherAccount(journal.header, account)
    return await run(options, directory, journal, access, until)
  } finally {
    lock.release()
    if (fresh && !clusterExists(home, name)) removeIfEmpty(directory)
    signal.throwIfAborted()
  }
}

async function run(
  {onEvent, signal}: CreateOptions,
  directory: ClusterDirectory,
  journal: Journal,
  access: RegionAccess,
  until: (typeof PHASES)[number]['id'] | undefined,
): Promise<CreateReport> {
  const session = await openSession(directory, journal.header, access, signal)
  try {
    const whole = createPlan(journal.header.spec)
    const plan = until === undefined ? whole : upTo(whole, until)
    await runPlan({plan, journal, context: session.context, onEvent})
    if (plan.steps.length === whole.steps.length) journal.setComplete(true)
    const report = await reportOf(journal, session.context)
    const timings = timingsOf(plan, journal)
    return {...report, timings, criticalPath: criticalPath(timings)}
  } finally {
    await session.close()
  }
}

async function newJournal(
  {home, request, onNotice, onArtifactProgress, signal}: CreateOptions,
  directory: ClusterDirectory,
  name: string,
  access: RegionAccess,
  account: string,
): Promise<Journal> {
  const artifacts = await resolveArtifacts({
    source:
      request.artifacts ??
      (request.mirror !== undefined ? 'mirror' : access.provider === 'local' ? 'auto' : 'upstream'),
    ...(request.mirror === undefined ? {} : {mirror: request.mirror}),
    ...(request.kubernetesVersion === undefined ? {} : {kubernetesVersion: request.kubernetesVersion}),
    architecture: access.architecture,
    cache: home.cache,
    ...(access.cacheServer === undefined ? {} : {cacheServer: access.cacheServer}),
    signal,
    onProgress: onArtifactProgress,
  })
  artifacts.notices.forEach(onNotice)
  const spec = clusterSpec({
    ...specInput(request, name),
    region: access.region,
    kubernetesVersion: artifacts.versions.kubernetes,
    artifactSource: artifacts.source,
    architecture: access.architecture,
  })
  return Journal.create(directory.path, {
    clusterId: randomUUID(),
    spec,
    account,
    operatorCidr: access.operatorCidr,
    artifacts,
    createdAt: new Date().toISOString(),
  })
}

/** Everything but what the region and the artifact source decide. */
function specInput(request: CreateRequest, name: string): ClusterSpec {
  const d = createRequestDefaults
  return clusterSpec({
    name,
    provider: request.provider ?? d.provider,
    region: request.region ?? d.region,
    controllers: request.controllers ?? d.controllers,
    workers: request.workers ?? d.workers,
    kubernetesVersion: request.kubernetesVersion ?? '',
    artifactSource: 'upstream',
    ...(request.mirror === undefined ? {} : {mirror: request.mirror}),
    architecture: 'amd64',
    controllerType: request.controllerType ?? d.controllerType,
    workerType: request.workerType ?? d.workerType,
    volumeSize: request.volumeSize ?? d.volumeSize,
    ...(request.network === undefined ? {} : {network: request.network}),
  })
}

/** What needs no network: within milliseconds, before a directory is made. */
function validate(request: CreateRequest, name: string): void {
  specInput(request, name)
  if (request.artifacts === 'mirror' && request.mirror === undefined) {
    throw new KhwError(
      'USAGE',
      'The artifact source "mirror" needs to know where the mirror is.',
      ['Add --mirror DIR or --mirror URL'],
      {exit: 2},
    )
  }
  if (request.mirror !== undefined && request.artifacts !== undefined && request.artifacts !== 'mirror') {
    throw new KhwError(
      'USAGE',
      `--mirror does not go with --artifacts ${request.artifacts}.`,
      ['Leave out one of them.'],
      {exit: 2},
    )
  }
  if (
    (request.artifacts === 'auto' || request.artifacts === 'debian') &&
    (request.provider ?? createRequestDefaults.provider) !== 'local'
  ) {
    throw new KhwError(
      'USAGE',
      `--artifacts ${request.artifacts} is for the local provider: nodes on AWS cannot fetch from this machine.`,
      ['Try --artifacts upstream'],
      {exit: 2},
    )
  }
}

/** An unfinished cluster, if there is just one, is what a bare `khw create` goes on with. */
function defaultName(home: Home): string {
  const unfinished = clusterNames(home).filter(name => !Journal.open(clusterDirectory(home, name).path).complete)
  return unfinished.length === 1 ? (unfinished[0] ?? createRequestDefaults.name) : createRequestDefaults.name
}

/** The spec is frozen: a request that says otherwise is refused, one that says nothing or the same goes on. */
function refuseOtherRequest(request: CreateRequest, {header, intent}: Journal): void {
  const {spec} = header
  if (intent === 'destroy') {
    throw new KhwError('CLUSTER_EXISTS', `The cluster "${spec.name}" is being destroyed.`, [
      `Finish that first: khw destroy ${spec.name}`,
    ])
  }
  const asked: readonly [string, string | number | undefined, string | number][] = [
    ['--provider', request.provider, spec.provider],
    ['--region', request.provider === 'local' ? undefined : request.region, spec.region],
    ['--controllers', request.controllers, spec.controllers],
    ['--workers', request.workers, spec.workers],
    ['--vpc-cidr', request.network?.vpcCidr, spec.network.vpcCidr],
    ['--pod-cidr', request.network?.podCidr, spec.network.podCidr],
    ['--service-cidr', request.network?.serviceCidr, spec.network.serviceCidr],
  ]
  const other = asked.filter(([, wanted, frozen]) => wanted !== undefined && wanted !== frozen)
  const version = request.kubernetesVersion
  if (
    version !== undefined &&
    spec.kubernetesVersion !== version &&
    !spec.kubernetesVersion.startsWith(`${version}.`)
  ) {
    other.push(['--kubernetes-version', version, spec.kubernetesVersion])
  }
  if (other.length === 0) return
  throw new KhwError(
    'CLUSTER_EXISTS',
    `The cluster "${spec.name}" exists with ${other.map(([flag, , frozen]) => `${flag} ${frozen}`).join(', ')}; what a cluster is made of is fixed when it is created.`,
    [
      `Go on with it as it is: khw create --name ${spec.name}`,
      `Take it down first: khw destroy ${spec.name}`,
      'Or choose another --name',
    ],
    {exit: 2},
  )
}

function operatorCidrOf(request: CreateRequest, journal: Journal | undefined): {operatorCidr?: string} {
  const operatorCidr = request.operatorCidr ?? journal?.header.operatorCidr
  return operatorCidr === undefined ? {} : {operatorCidr}
}

async function callerAccount(access: RegionAccess): Promise<string> {
  const clients = awsClients(access)
  try {
    return required((await clients.sts.getCallerIdentity({})).Account, 'Account')
  } catch (error) {
    throw explained(error, `Could not sign in to ${access.provider} (${access.region})`)
  } finally {
    clients.close()
  }
}

function refuseOtherAccount(header: JournalHeader, account: string): void {
  if (header.account === account || header.spec.provider === 'local') return
  throw new KhwError(
    'AWS_AUTH',
    `The cluster "${header.spec.name}" belongs to account ${header.account}, but you are signed in to ${account}.`,
    ['Sign in to the right account (AWS_PROFILE), then run the command again.'],
  )
}

function phaseOf(until: string | undefined): (typeof PHASES)[number]['id'] | undefined {
  if (until === undefined) return undefined
  const phase = PHASES.find(p => p.id === until)
  if (phase) return phase.id
  throw new KhwError('USAGE', `There is no phase "${until}".`, [`Choose one of: ${PHASES.map(p => p.id).join(', ')}`], {
    exit: 2,
  })
}

function makeDirectory({path}: ClusterDirectory): boolean {
  try {
    return mkdirSync(path, {recursive: true, mode: 0o700}) !== undefined
  } catch (error) {
    throw new KhwError(
      'HOME_NOT_WRITABLE',
      `Cannot write to ${path}: ${error instanceof Error ? error.message : String(error)}.`,
      ['Make it writable, or choose another place with KHW_HOME.'],
      {cause: error},
    )
  }
}

function removeIfEmpty({path}: ClusterDirectory): void {
  try {
    rmdirSync(path)
  } catch {
    // Something is in it: then it stays.
  }
}
