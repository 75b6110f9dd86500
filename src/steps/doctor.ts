import type {Home} from '../cluster/home.js'
import {NOBODY, operatorRanges} from '../cluster/operator-ranges.js'
import type {RegionAccess} from '../cluster/provider.js'
import type {ProviderName} from '../cluster/spec.js'
import {clusterDirectory, clusterExists} from '../cluster/store.js'
import {KhwError} from '../errors.js'
import {createPlan} from './create-plan.js'
import {artifactsOf, checkRequest, refuseOtherRequest, specInput} from './request/check-request.js'
import {expectedSource} from './request/expected-artifacts.js'
import {lockedOut} from './engine/lock.js'
import {createRequestDefaults, type CreateRequest} from './request/create-request.js'
import {regionFor} from './request/default-region.js'
import {defaultName} from './request/default-name.js'
import {Journal} from './engine/journal.js'
import {openRegion, QUIET, type OpenRegionOptions} from './session/open-region.js'
import {failuresOf, type Finding} from './preflight/check.js'
import {runPreflight} from './preflight/run-preflight.js'

/** Output contract of `khw doctor --json`: fields are stable. */
export interface DoctorReport {
  readonly name: string
  readonly provider: ProviderName
  readonly region: string
  /** Whether a create would begin. */
  readonly ok: boolean
  readonly findings: readonly Finding[]
}

export interface DoctorOptions {
  readonly home: Home
  readonly request: CreateRequest
  readonly signal: AbortSignal
}

/**
 * All that a create of the same request would look at first, and would find. Nothing is made, and nothing set up: a local
 * region that is not there yet is a finding. Of a cluster that exists, only what matters to go on with it is looked at.
 */
export async function doctor({home, request, signal}: DoctorOptions): Promise<DoctorReport> {
  const name = request.name ?? defaultName(home)
  checkRequest(request, name)
  const directory = clusterDirectory(home, name).path
  const journal = clusterExists(home, name) ? Journal.open(directory) : undefined
  const resumed = journal?.header
  const provider = resumed?.spec.provider ?? request.provider ?? createRequestDefaults.provider
  const region = resumed?.spec.region ?? (await regionFor(provider, request.region, signal))
  const ranges = resumed ?? (request.operatorCidrs === undefined ? undefined : operatorRanges(request.operatorCidrs))
  const answer = (findings: readonly Finding[], where = region): DoctorReport => ({
    name,
    provider,
    region: where,
    ok: findings.every(({ok}) => ok),
    findings,
  })
  const access = await opened({home, provider, region, ranges: ranges ?? NOBODY, ...QUIET, signal})
  if (access instanceof KhwError) return answer(failuresOf('region', access))
  const subject = {
    spec: resumed?.spec ?? {
      ...specInput(request, name, access.architecture),
      artifactSource: (await expectedSource(request, signal)).source,
    },
    access,
    ranges,
    artifacts: resumed ? undefined : artifactsOf(request),
    resumed,
  }
  const {findings} = await runPreflight({...subject, signal})
  return answer(
    [...(journal ? [...inUse(request, journal), ...atWork(directory, name)] : []), ...findings],
    access.region,
  )
}

/** Whoever is at work on that cluster now. */
function atWork(directory: string, name: string): readonly Finding[] {
  const error = lockedOut(directory, `khw create --name ${name}`)
  return error ? failuresOf('lock', error) : []
}

/** What a create would do about a cluster of that name that is recorded here. */
function inUse(request: CreateRequest, journal: Journal): readonly Finding[] {
  const check = 'name'
  try {
    refuseOtherRequest(request, journal)
  } catch (error) {
    if (!(error instanceof KhwError)) throw error
    return failuresOf(check, error)
  }
  const {header, complete, steps} = journal
  const {name} = header.spec
  const all = createPlan(header.spec).steps
  const done = all.filter(({id}) => steps[id]?.status === 'done').length
  const detail = complete
    ? `"${name}" is there, and finished: khw create would look at all of it, and make anew only what is lost`
    : `"${name}" is there, and unfinished: khw create would go on with it (${done} of ${all.length} steps are done)`
  return [{check, ok: true, detail, fix: null}]
}

async function opened(options: OpenRegionOptions): Promise<RegionAccess | KhwError> {
  try {
    return await openRegion(options)
  } catch (error) {
    if (error instanceof KhwError) return error
    throw error
  }
}
