import type {Architecture} from '../../cluster/spec.js'
import type {ArchivedImage} from './archived-image.js'
import type {ArchiveMember, ArchiveMembers} from './archive-members.js'
import {imageName, type ImageName} from './image-name.js'
import {arrayOf, field, isText, parsed} from './json-fields.js'

type Problem = (why: string) => Error

type Parts = Pick<ArchivedImage, 'manifests' | 'blobs' | 'architecture'>

/**
 * The images that an OCI layout's index.json names (image-spec, "Image Layout"; the name is in containerd's annotation or
 * in the specification's own), with manifests and blobs as they are. Of an index of several platforms, which registries
 * and containerd's exports have whole though blobs of others are left out, the one of this architecture has to be there.
 */
export function ociImages(members: ArchiveMembers, architecture: Architecture, problem: Problem): ArchivedImage[] {
  const byDigest = new Map([...members.values()].map(member => [member.digest, member]))
  const byImage = new Map<string, ImageName[]>()
  for (const entry of arrayOf(field(parsed(members.get('index.json')?.text), 'manifests'))) {
    const [name, digest] = [nameOf(entry), field(entry, 'digest')]
    if (name !== undefined && isText(digest)) byImage.set(digest, [...(byImage.get(digest) ?? []), name])
  }
  return [...byImage].map(([digest, names]) => ({names, digest, ...partsOf(digest, byDigest, architecture, problem)}))
}

function nameOf(entry: unknown): ImageName | undefined {
  const notes = field(entry, 'annotations')
  const name = field(notes, 'io.containerd.image.name') ?? field(notes, 'org.opencontainers.image.ref.name')
  // A tag alone does not say of what.
  return isText(name) && /[/:]/.test(name) ? imageName(name) : undefined
}

function partsOf(
  digest: string,
  byDigest: ReadonlyMap<string, ArchiveMember>,
  architecture: Architecture,
  problem: Problem,
): Parts {
  const manifest = parsed(byDigest.get(digest)?.text)
  if (manifest === undefined) throw problem(`the manifest ${digest} is missing, or is not what its name says`)
  const entries = field(manifest, 'manifests')
  if (!Array.isArray(entries)) {
    const parts = partsOfManifest(digest, manifest, byDigest)
    if (parts === undefined) throw problem(`parts of ${digest} are missing, or are not what their names say`)
    return parts
  }
  const parts = entries.flatMap(entry => {
    const child = field(entry, 'digest')
    const found = isText(child) && partsOfManifest(child, parsed(byDigest.get(child)?.text), byDigest)
    const platform = field(field(entry, 'platform'), 'architecture')
    return found ? [isText(platform) ? {...found, architecture: platform} : found] : []
  })
  // Signatures and the like are for the platform "unknown".
  const known = parts.map(part => part.architecture).filter(name => name !== undefined && name !== 'unknown')
  if (known.length === 0) throw problem(`of the index ${digest} no image is whole`)
  return {
    manifests: [digest, ...parts.flatMap(each => each.manifests)],
    blobs: parts.flatMap(each => each.blobs),
    architecture: known.includes(architecture) ? architecture : known.join(),
  }
}

/** Undefined if it is not all there: an index's, left out by whoever made the archive for one platform. */
function partsOfManifest(
  digest: string,
  manifest: unknown,
  byDigest: ReadonlyMap<string, ArchiveMember>,
): Parts | undefined {
  const config = field(field(manifest, 'config'), 'digest')
  const blobs = [config, ...arrayOf(field(manifest, 'layers')).map(layer => field(layer, 'digest'))]
  const there = blobs.filter(isText).filter(blob => byDigest.has(blob))
  if (there.length !== blobs.length) return undefined
  const architecture = field(parsed(byDigest.get(String(config))?.text), 'architecture')
  return {manifests: [digest], blobs: there, ...(isText(architecture) && {architecture})}
}
