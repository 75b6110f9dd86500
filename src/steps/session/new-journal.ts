import {randomUUID} from 'node:crypto'
import type {ArtifactProgress, ArtifactSet} from '../../artifacts/artifact.js'
import {RETRY_DELAYS} from '../../artifacts/net/network.js'
import {resolveArtifacts} from '../../artifacts/resolve.js'
import {ssmAgent} from '../../artifacts/ssm-agent/ssm-agent.js'
import {expiryAfter, ttlOf} from '../../cluster/expiry.js'
import type {Home} from '../../cluster/home.js'
import {rangesOf} from '../../cluster/operator-ranges.js'
import {isImageId} from '../../cluster/image-families.js'
import type {RegionAccess} from '../../cluster/provider.js'
import type {NetworkSpec} from '../../cluster/network-spec.js'
import {clusterSpec, type Architecture, type ProviderName} from '../../cluster/spec.js'
import type {ClusterDirectory} from '../../cluster/store.js'
import {profileNotice} from '../../templates/admission.js'
import {addonsToBe} from '../request/addon-request.js'
import {proxyFromEnvironment} from '../../proxy.js'
import {artifactsOf, specInput} from '../request/check-request.js'
import type {CheckedMachines} from '../preflight/checked-machines.js'
import type {CreateRequest} from '../request/create-request.js'
import {Journal} from '../engine/journal.js'
import {regionFacts} from './open-region.js'

export interface ArtifactOptions {
  readonly home: Home
  readonly request: CreateRequest
  readonly onNotice: (text: string) => void
  readonly onArtifactProgress: (progress: ArtifactProgress) => void
  /** The request is of a cluster that is there: nobody can choose. */
  readonly fixed?: true
  readonly signal: AbortSignal
}

export interface ArtifactsWanted {
  readonly provider: ProviderName
  readonly architecture: Architecture
  /** See agentRegion. */
  readonly agentFor?: string | undefined
}

/** Everything the nodes will fetch, verified and pinned; says where it is from and why. */
export async function resolvedArtifacts(
  options: ArtifactOptions,
  {provider, architecture, agentFor}: ArtifactsWanted,
): Promise<ArtifactSet> {
  const {home, request, onNotice, onArtifactProgress, fixed, signal} = options
  const artifacts = await resolveArtifacts({
    ...(await regionFacts(provider, home)),
    architecture,
    ...artifactsOf(request),
    cache: home.cache,
    ...(fixed && {fixed}),
    signal,
    onProgress: onArtifactProgress,
  })
  artifacts.notices.forEach(onNotice)
  const notice = profileNotice(request, artifacts)
  if (notice !== undefined) onNotice(notice)
  if (agentFor === undefined) return artifacts
  const network = {proxy: proxyFromEnvironment(), signal, retryDelays: RETRY_DELAYS}
  const onProgress = onArtifactProgress
  const agent = await ssmAgent({region: agentFor, architecture, cache: home.cache, network, onProgress})
  return {...artifacts, artifacts: [...artifacts.artifacts, agent]}
}

export interface NewJournal {
  readonly directory: ClusterDirectory
  readonly request: CreateRequest
  readonly name: string
  readonly access: RegionAccess
  readonly account: string
  readonly artifacts: ArtifactSet
  readonly machines: CheckedMachines
  /** As it was found, if it is not the cluster's own. */
  readonly network?: NetworkSpec | undefined
}

/** Freezes what the cluster will be, on disk, before the first call that creates anything. */
export function newJournal(options: NewJournal): Journal {
  const {directory, request, name, access, account, artifacts, machines, network} = options
  const spec = clusterSpec({
    ...specInput(request, name, artifacts.architecture),
    region: access.region,
    ...(network === undefined ? {} : {network}),
    kubernetesVersion: artifacts.versions.kubernetes,
    artifactSource: artifacts.source,
    ...addonsToBe(request, artifacts.images),
    ...(request.image !== undefined && isImageId(request.image) ? {loginUser: machines.loginUser} : {}),
  })
  const createdAt = new Date().toISOString()
  return Journal.create(directory.path, {
    clusterId: randomUUID(),
    spec,
    account,
    ...rangesOf(access),
    ...(request.operatorCidrs === undefined ? {} : {rangesGiven: true}),
    artifacts,
    createdAt,
    expiresAt: expiryAfter(createdAt, ttlOf(spec.provider, request.ttl)),
  })
}
