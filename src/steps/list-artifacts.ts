import type {ArtifactProgress, ArtifactSet, PublishedFile} from '../artifacts/artifact.js'
import {lastNameOf} from '../artifacts/images/image-name.js'
import {resolveArtifacts} from '../artifacts/resolve.js'
import {engineOf, type CniChoice} from '../cluster/cni.js'
import type {Home} from '../cluster/home.js'
import type {Architecture, ArtifactSource} from '../cluster/spec.js'
import {chooseCluster, clusterNames} from '../cluster/store.js'
import {Journal} from './engine/journal.js'
import {checkRequest, sourceOf} from './request/check-request.js'
import {createRequestDefaults} from './request/create-request.js'
import {regionFacts} from './session/open-region.js'

/** Output contract of `khw artifacts list --json`. */
export interface ArtifactsReport {
  /** Whose they are; null: what a create would take. */
  readonly cluster: string | null
  readonly kubernetes: string
  readonly source: ArtifactSource
  readonly architecture: Architecture
  readonly artifacts: readonly ListedArtifact[]
}

export interface ListedArtifact {
  readonly name: string
  readonly version: string
  /** URL of a file, repository of an image, or the package or source it was made of. */
  readonly source: string
  /** `sha256:` and 64 hex digits; null: an image whose tag was not pinned, as a khw of old left it. */
  readonly digest: string | null
  /** The published files it was made of; none where it was published as it is. */
  readonly madeOf: readonly {readonly source: string; readonly digest: string}[]
}

export interface ListArtifactsOptions {
  readonly home: Home
  /** A cluster that is recorded; without it and without a word of what a create would be asked for: the only one, if there is one. */
  readonly name?: string
  /** What a create would be asked for; refused with a name. */
  readonly kubernetesVersion?: string
  readonly artifacts?: 'auto' | ArtifactSource
  readonly mirror?: string
  readonly cni?: CniChoice
  readonly architecture?: Architecture
  readonly signal: AbortSignal
  readonly onProgress: (progress: ArtifactProgress) => void
}

/**
 * Everything the nodes of a cluster have fetched, as its journal has it, or everything that those of a new one would: then
 * checksums are asked for where they are published, and no file is fetched or built. Throws as `resolveArtifacts` and
 * `chooseCluster` do.
 */
export async function listArtifacts(options: ListArtifactsOptions): Promise<ArtifactsReport> {
  const {home, name} = options
  if (name === undefined && (isAsked(options) || clusterNames(home).length === 0))
    return reportOf(null, await wouldTake(options))
  const {path, name: chosen} = chooseCluster(home, name)
  return reportOf(chosen, Journal.open(path).header.artifacts)
}

function isAsked({kubernetesVersion, artifacts, mirror, cni, architecture}: ListArtifactsOptions): boolean {
  return [kubernetesVersion, artifacts, mirror, cni, architecture].some(value => value !== undefined)
}

async function wouldTake(options: ListArtifactsOptions): Promise<ArtifactSet> {
  const {home, kubernetesVersion, artifacts, mirror, cni, architecture, signal, onProgress} = options
  const fromHere = artifacts === 'auto' || artifacts === 'debian'
  const request = {
    provider: fromHere ? ('local' as const) : createRequestDefaults.provider,
    ...(kubernetesVersion !== undefined && {kubernetesVersion}),
    ...(artifacts !== undefined && {artifacts}),
    ...(mirror !== undefined && {mirror}),
    ...(cni !== undefined && {cni}),
  }
  checkRequest(request, createRequestDefaults.name)
  const facts = await regionFacts(request.provider, home)
  return resolveArtifacts({
    ...facts,
    source: sourceOf(request),
    mirror,
    kubernetesVersion,
    cni: engineOf(request),
    architecture: architecture ?? facts.architecture ?? 'amd64',
    cache: home.cache,
    onlyLook: true,
    signal,
    onProgress,
  })
}

function reportOf(cluster: string | null, set: ArtifactSet): ArtifactsReport {
  const {source, architecture, versions} = set
  const files = set.artifacts.map(({name, version, origin, sha256, madeOf = []}) => ({
    name,
    version,
    source: origin,
    digest: `sha256:${sha256}`,
    madeOf: sources(madeOf),
  }))
  const manifests = set.policyEngine === undefined ? [] : [set.policyEngine.manifest]
  const applied = manifests.map(({name, version, url, sha256}) => ({
    name: `${name}-manifest`,
    version,
    source: url,
    digest: `sha256:${sha256}`,
    madeOf: [],
  }))
  return {
    cluster,
    kubernetes: versions.kubernetes,
    source,
    architecture,
    artifacts: [...files, ...applied, ...pulled(set)],
  }
}

/** Images that nodes pull from a registry; those that came as archives are among the files. */
function pulled({images, imageRegistry, policyEngine, source}: ArtifactSet): ListedArtifact[] {
  if (source !== 'upstream' && imageRegistry === undefined) return []
  const used = Object.entries({...images, ...(policyEngine && {[policyEngine.manifest.name]: policyEngine.image})})
  const brought = (imageRegistry?.images ?? []).filter(({reference}) => !used.some(([, each]) => each === reference))
  return [
    ...used.map(([name, reference]) => listed(name, reference, imageRegistry)),
    ...brought.map(({reference}) => listed(lastNameOf(reference), reference, imageRegistry)),
  ]
}

function listed(name: string, reference: string, registry: ArtifactSet['imageRegistry']): ListedArtifact {
  const [, repository = reference, version = '', digest = null] =
    /^([^@]+?)(?::([^:@/]+))?(?:@(.+))?$/.exec(reference) ?? []
  const {madeOf = []} = registry?.images.find(image => image.reference === reference) ?? {}
  return {name: `image-${name}`, version, source: repository, digest, madeOf: sources(madeOf)}
}

function sources(files: readonly PublishedFile[]): ListedArtifact['madeOf'] {
  return files.map(({url, sha256}) => ({source: url, digest: `sha256:${sha256}`}))
}
