import {agentRegion} from '../../cluster/image-families.js'
import {NOBODY, operatorRanges, rangesOf, type OperatorRanges} from '../../cluster/operator-ranges.js'
import type {RegionAccess} from '../../cluster/provider.js'
import type {ProviderName} from '../../cluster/spec.js'
import type {ClusterDirectory} from '../../cluster/store.js'
import {checkAhead} from '../preflight/check-ahead.js'
import {roomFor} from '../preflight/this-machine.js'
import {checkedMachines} from '../preflight/checked-machines.js'
import {artifactsOf, specInput} from '../request/check-request.js'
import type {CreateOptions} from '../create-cluster.js'
import type {Journal} from '../engine/journal.js'
import {newJournal, resolvedArtifacts} from './new-journal.js'
import {engineOf} from '../../cluster/cni.js'
import {openRegion, prepareRegion, regionFacts} from './open-region.js'

export interface Beginning extends CreateOptions {
  readonly provider: ProviderName
  readonly region: string
  /** Undefined: as the provider knows, which on AWS is the operator's own address. */
  readonly ranges?: OperatorRanges
  readonly name: string
  readonly directory: ClusterDirectory
}

/** A cluster that is recorded, and of which nothing is made yet. */
export interface Begun {
  readonly journal: Journal
  readonly access: RegionAccess
}

/** Looks at all that could be in the way, finds everything the nodes will fetch, and freezes what the cluster will be. */
export function beginCluster(beginning: Beginning): Promise<Begun> {
  return beginning.provider === 'local' ? beginHere(beginning) : beginOnAws(beginning)
}

/** The region is there already: what is in the way is told before anything is fetched. */
async function beginOnAws(beginning: Beginning): Promise<Begun> {
  const {request, name, ranges, provider} = beginning
  const region = await openRegion({...beginning, ranges: ranges ?? NOBODY})
  const spec = specInput(request, name)
  const from = artifactsOf(request)
  const facts = await checkAhead({...beginning, spec, access: region, ranges, artifacts: from, resumed: undefined})
  const machines = await checkedMachines(facts, spec)
  const {network} = await facts.network()
  const agentFor = agentRegion({...spec, region: region.region}, machines.family)
  const artifacts = await resolvedArtifacts(beginning, {provider, architecture: machines.architecture, agentFor})
  const admitted = ranges ?? operatorRanges([`${await facts.ownAddress()}/32`])
  const access = {...region, ...rangesOf(admitted)}
  const {account} = await facts.caller()
  return {journal: newJournal({...beginning, access, account, artifacts, machines, network}), access}
}

/** An empty region would not wait for a long download, so it is started after it. */
async function beginHere(beginning: Beginning): Promise<Begun> {
  const {request, name, home, ranges, provider} = beginning
  const {architecture = 'amd64', capacity} = await regionFacts(provider, home)
  // Before a build or a download of minutes, too.
  roomFor(specInput(request, name, architecture), await capacity?.())
  const resolve = () => resolvedArtifacts(beginning, {provider, architecture})
  // What a mirror lacks, or what cannot be had at all, is told before this host is set up for a region.
  const early = request.mirror === undefined && engineOf(request) === undefined ? undefined : await resolve()
  await prepareRegion(beginning)
  const artifacts = early ?? (await resolve())
  const access = await openRegion(beginning)
  const spec = {...specInput(request, name, access.architecture), artifactSource: artifacts.source}
  const facts = await checkAhead({...beginning, spec, access, ranges, artifacts: undefined, resumed: undefined})
  const machines = await checkedMachines(facts, spec)
  const {network} = await facts.network()
  const {account} = await facts.caller()
  return {journal: newJournal({...beginning, access, account, artifacts, machines, network}), access}
}
