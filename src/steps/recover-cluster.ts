import {existsSync} from 'node:fs'
import type {ArtifactProgress} from '../artifacts/artifact.js'
import {awsClients} from '../aws/clients.js'
import {explained} from '../aws/explained.js'
import {findImage} from '../aws/image-lookup.js'
import type {Home} from '../cluster/home.js'
import {agentRegion, DEFAULT_IMAGE, isImageFamily, type ImageFamilyName} from '../cluster/image-families.js'
import {rangesOf} from '../cluster/operator-ranges.js'
import type {RegionAccess} from '../cluster/provider.js'
import type {ClusterSpec, ProviderName} from '../cluster/spec.js'
import {clusterDirectory, makeClusterDirectory, removeIfEmpty, type ClusterDirectory} from '../cluster/store.js'
import {KhwError} from '../errors.js'
import {callerAccount} from './session/account.js'
import {Journal} from './engine/journal.js'
import {acquireLock} from './engine/lock.js'
import {findClusters, onlyCluster, type TaggedCluster} from './clusters/find-clusters.js'
import {resolvedArtifacts} from './session/new-journal.js'
import {regionToLookAt} from './session/open-region.js'

export interface RecoverOptions {
  readonly home: Home
  readonly name: string
  readonly provider?: ProviderName
  readonly region?: string
  /** Of several clusters of one name. */
  readonly clusterId?: string
  readonly forceUnlock?: string
  readonly onNotice: (text: string) => void
  readonly onArtifactProgress: (progress: ArtifactProgress) => void
  readonly signal: AbortSignal
}

/** Output contract of `khw recover --json`. */
export interface RecoverReport {
  readonly name: string
  readonly id: string
  readonly provider: ProviderName
  readonly region: string
  /** `journal`: it was readable all along; `copy`: from the header kept beside it; `tags`: from those on the VPC or the controllers' security group. */
  readonly from: 'journal' | 'copy' | 'tags'
  /** Whether the keys are there without which nobody gets into the machines: else the cluster can only be destroyed. */
  readonly secrets: boolean
}

/**
 * Writes a lost or unreadable journal anew, without its steps: the next create adopts what there is. Throws
 * CLUSTER_NOT_FOUND if neither this home nor the region knows enough of the cluster.
 */
export async function recoverCluster(options: RecoverOptions): Promise<RecoverReport> {
  const {home, name} = options
  const directory = clusterDirectory(home, name)
  makeClusterDirectory(directory)
  const lock = acquireLock(directory.path, `khw recover ${name}`, options)
  try {
    const [journal, from] = await recovered(options, directory)
    const {clusterId, spec} = journal.header
    const {provider, region} = spec
    return {name, id: clusterId, provider, region, from, secrets: existsSync(directory.secrets)}
  } finally {
    lock.release()
    removeIfEmpty(home, directory)
  }
}

async function recovered(
  options: RecoverOptions,
  directory: ClusterDirectory,
): Promise<readonly [Journal, RecoverReport['from']]> {
  const attempts = [
    ['journal', () => Journal.openToWrite(directory.path)],
    ['copy', () => Journal.restore(directory.path)],
  ] as const
  for (const [from, open] of attempts) {
    try {
      return [open(), from]
    } catch (error) {
      if (!(error instanceof KhwError) || error.code !== 'JOURNAL_UNREADABLE') throw error
    }
  }
  return [await fromTags(options, directory), 'tags']
}

async function fromTags(options: RecoverOptions, directory: ClusterDirectory): Promise<Journal> {
  const {home, name, provider, region, signal} = options
  const access = await regionToLookAt({home, provider, region, signal})
  if (access === undefined) throw notFound(name, 'this machine has no region of its own')
  const clients = awsClients(access, {signal})
  let clusters: readonly TaggedCluster[]
  try {
    clusters = await findClusters(clients, signal)
  } catch (error) {
    throw explained(error, `Could not look for "${name}" in ${access.region}`)
  } finally {
    clients.close()
  }
  const cluster = onlyCluster(clusters, {name, id: options.clusterId}, 'khw recover', access)
  if (cluster?.record === undefined) {
    if (cluster === undefined) throw notFound(name, `nothing in ${access.region} carries its tags`)
    throw notFound(
      name,
      `what said in ${access.region} what the cluster was asked to be is gone (its VPC, or its controllers' security group), or a newer khw wrote it`,
    )
  }
  const {spec} = cluster.record
  const request = {
    kubernetesVersion: spec.kubernetesVersion,
    artifacts: spec.artifactSource,
    ...(spec.mirror === undefined ? {} : {mirror: spec.mirror}),
    ...(spec.cni === undefined ? {} : {cni: spec.cni}),
  }
  const agentFor = agentRegion(spec, await familyOfImage(spec, access, signal))
  const artifacts = await resolvedArtifacts({...options, request, fixed: true}, {...spec, agentFor})
  return Journal.create(directory.path, {
    clusterId: cluster.clusterId,
    spec,
    account: await callerAccount(access, signal),
    ...rangesOf(cluster.record),
    artifacts,
    createdAt: cluster.createdAt ?? new Date().toISOString(),
    expiresAt: cluster.expiresAt,
  })
}

/** Undefined for an image of the user's own, and where the nodes are machines of this host. */
async function familyOfImage(
  {provider, image = DEFAULT_IMAGE, architecture}: ClusterSpec,
  access: RegionAccess,
  signal: AbortSignal,
): Promise<ImageFamilyName | undefined> {
  if (provider === 'local') return undefined
  if (isImageFamily(image)) return image
  const clients = awsClients(access, {signal})
  try {
    return (await findImage(clients.ec2, image, architecture, signal))?.family
  } catch (error) {
    throw explained(error, `Could not look for ${image} in ${access.region}`)
  } finally {
    clients.close()
  }
}

function notFound(name: string, why: string): KhwError {
  return new KhwError('CLUSTER_NOT_FOUND', `The cluster "${name}" cannot be recovered: ${why}.`, [
    `Look elsewhere: khw recover ${name} --provider aws --region REGION`,
    `Remove what is left of it: khw destroy ${name} --provider aws --region REGION`,
  ])
}
