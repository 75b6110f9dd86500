import type {Home} from '../cluster/home.js'
import {operatorRanges} from '../cluster/operator-ranges.js'
import type {RegionAccess} from '../cluster/provider.js'
import type {ProviderName} from '../cluster/spec.js'
import {clusterDirectory, clusterExists} from '../cluster/store.js'
import {KhwError} from '../errors.js'
import {checkRequest, refuseOtherRequest, sourceOf, specInput} from './request/check-request.js'
import {createRequestDefaults, type CreateRequest} from './request/create-request.js'
import {regionFor} from './request/default-region.js'
import {defaultName} from './request/default-name.js'
import {Journal} from './engine/journal.js'
import {NOBODY, openRegion, QUIET, type OpenRegionOptions} from './session/open-region.js'
import type {Finding} from './preflight/check.js'
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
  const journal = clusterExists(home, name) ? Journal.open(clusterDirectory(home, name).path) : undefined
  if (journal) refuseOtherRequest(request, journal)
  const resumed = journal?.header
  const provider = resumed?.spec.provider ?? request.provider ?? createRequestDefaults.provider
  const region = resumed?.spec.region ?? (await regionFor(provider, request.region))
  const ranges = resumed ?? (request.operatorCidrs === undefined ? undefined : operatorRanges(request.operatorCidrs))
  const answer = (findings: readonly Finding[], where = region): DoctorReport => ({
    name,
    provider,
    region: where,
    ok: findings.every(({ok}) => ok),
    findings,
  })
  const access = await opened({home, provider, region, ranges: ranges ?? NOBODY, ...QUIET, signal})
  if (access instanceof KhwError)
    return answer([{check: 'region', ok: false, detail: access.message, fix: access.suggestions.join('\n')}])
  const subject = {
    spec: resumed?.spec ?? specInput(request, name, access.architecture),
    access,
    ranges,
    artifacts: resumed ? undefined : {source: sourceOf(request), mirror: request.mirror},
    resumed,
  }
  return answer((await runPreflight({...subject, signal})).findings, access.region)
}

async function opened(options: OpenRegionOptions): Promise<RegionAccess | KhwError> {
  try {
    return await openRegion(options)
  } catch (error) {
    if (error instanceof KhwError) return error
    throw error
  }
}
