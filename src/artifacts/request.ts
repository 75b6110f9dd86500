import type {AddonName} from '../cluster/addons.js'
import type {RegionAccess} from '../cluster/provider.js'
import type {PolicyEngine} from '../cluster/cni.js'
import type {Architecture, ArtifactSource} from '../cluster/spec.js'
import type {ArtifactProgress} from './artifact.js'

/** What `resolveArtifacts` is asked for. */
export interface ArtifactRequest {
  /** `auto` is for the local provider: upstream if it can be reached, else debian. */
  readonly source: ArtifactSource | 'auto'
  /** Directory or URL; required by the source `mirror`, meaningless otherwise. */
  readonly mirror?: string | undefined
  /** Exact (`1.36.2`) or a minor (`1.36`); undefined: the source's default. */
  readonly kubernetesVersion?: string | undefined
  readonly architecture: Architecture
  /** Add-ons whose images must be had; of others they may be missing. */
  readonly addons?: readonly AddonName[] | undefined
  /** Its manifest and image are wanted too. */
  readonly cni?: PolicyEngine | undefined
  /** The cache directory (`KHW_CACHE`). */
  readonly cache: string
  /** Where nodes fetch the cache's files from; absent: nodes fetch from the source itself. */
  readonly cacheServer?: RegionAccess['cacheServer'] | undefined
  /** What would be taken is wanted, not the files: nothing is built, and no more is fetched than says what they are. */
  readonly onlyLook?: true
  /** Whoever asks cannot choose: neither another source nor another version is advised. */
  readonly fixed?: true
  readonly signal: AbortSignal
  readonly onProgress: (progress: ArtifactProgress) => void
}

/** What of it is said by whoever asks for a cluster. */
export type ArtifactsAskedFor = Pick<ArtifactRequest, 'source' | 'mirror' | 'kubernetesVersion' | 'addons' | 'cni'>

/** Sets that are served from this machine's cache. */
export type CacheServer = NonNullable<RegionAccess['cacheServer']>
