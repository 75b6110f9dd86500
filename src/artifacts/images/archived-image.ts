import type {ImageName} from './image-name.js'

/** An image that an archive has, as a registry would have it. */
export interface ArchivedImage {
  readonly names: readonly ImageName[]
  /** Of what its names stand for: a manifest, or an index of manifests by platform. */
  readonly digest: string
  /** Digests of all its manifests, that one included. */
  readonly manifests: readonly string[]
  /** Digests of configurations and layers. */
  readonly blobs: readonly string[]
  /** The manifest, where the archive has none of its own. */
  readonly made?: string
  /** Of the machines that it is for, where it says so. */
  readonly architecture?: string
}
