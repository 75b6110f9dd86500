import type {AddonName} from '../cluster/addons.js'
import type {Architecture, ArtifactSource} from '../cluster/spec.js'
import type {Role} from '../cluster/addressing.js'

/** How a node installs a file it fetched. */
export type Install =
  /** One executable, installed 0755 at `path`. */
  | {readonly kind: 'binary'; readonly path: string}
  /** A gzipped tar; `members` maps a member's name in the archive to the path of the installed executable. */
  | {readonly kind: 'tar.gz'; readonly members: Readonly<Record<string, string>>}
  /** An OCI or docker image archive, imported into containerd's `k8s.io` namespace once containerd runs; kept at `path`. */
  | {readonly kind: 'image'; readonly path: string}
  /** A Debian package, installed by apt; `path` is a file that it brings. */
  | {readonly kind: 'package'; readonly path: string}

/** A file as it was published. */
export interface PublishedFile {
  readonly url: string
  /** Hex, 64 digits. */
  readonly sha256: string
}

/** One file that nodes fetch, pinned by its checksum. Stored in the plan: every field is JSON. */
export interface Artifact {
  /** `kubelet`, `etcd`, `containerd`, `cni-plugins`, `image-pause`. */
  readonly name: string
  readonly version: string
  /** Where it comes from, for people: the upstream URL, or the Debian package and version. */
  readonly origin: string
  /** What the node passes to curl. */
  readonly url: string
  /** Hex, 64 digits. */
  readonly sha256: string
  /** Undefined where the source does not say. */
  readonly bytes?: number
  readonly install: Install
  readonly roles: readonly Role[]
  /** What was downloaded to make it, each checked against its published checksum; absent: the file itself was published. */
  readonly madeOf?: readonly PublishedFile[]
}

/** A manifest as its project released it, and its text, which has that checksum. */
export interface ReleaseManifest extends PublishedFile {
  /** `kube-network-policies`. */
  readonly name: string
  readonly version: string
  readonly text: string
}

/** An image that the region's registry has. */
export interface RegistryImage {
  /** `khw.local/pause:2@sha256:...`. */
  readonly reference: string
  /** The archive that it came in, or what it was made of. */
  readonly madeOf: readonly PublishedFile[]
}

/** Everything the nodes of one cluster fetch, resolved and verified before anything is created. */
export interface ArtifactSet {
  readonly source: ArtifactSource
  readonly architecture: Architecture
  /** Versions without `v`. */
  readonly versions: {
    readonly kubernetes: string
    readonly etcd: string
    readonly containerd: string
    readonly runc: string
    readonly cni: string
  }
  readonly artifacts: readonly Artifact[]
  /** Image references as pods name them; an add-on's only where it can be had. `check` has sh, wget, httpd and nslookup (busybox). */
  readonly images: {readonly pause: string; readonly check: string} & Partial<Readonly<Record<AddonName, string>>>
  /**
   * Where nodes ask for images, whichever registry these name, before they ask that one: the region's, and what it has for
   * this cluster; the URL is what comes before the names of repositories. Absent: every image is pulled from its own registry, or came as an archive.
   */
  readonly imageRegistry?: {readonly url: string; readonly images: readonly RegistryImage[]}
  /** What enforces network policies; absent with the bridge alone. */
  readonly policyEngine?: {readonly manifest: ReleaseManifest; readonly image: string}
  /** Sentences for the user: why this source was taken, what is old, what is skipped. */
  readonly notices: readonly string[]
}

/** Progress of a download or a build. `total` is absent where it is not known. */
export interface ArtifactProgress {
  /** `kube-apiserver` or `Kubernetes 1.20.2 from Debian's source`. */
  readonly item: string
  readonly activity: 'downloading' | 'verifying' | 'building'
  readonly done: number
  readonly total?: number
  readonly unit: 'bytes' | 'packages' | 'files'
}
