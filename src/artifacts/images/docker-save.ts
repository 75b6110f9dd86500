import {createHash} from 'node:crypto'
import type {ArchivedImage} from './archived-image.js'
import type {ArchiveMember, ArchiveMembers} from './archive-members.js'
import {imageName} from './image-name.js'
import {arrayOf, field, isText, parsed} from './json-fields.js'

type Problem = (why: string) => Error

const LAYER = 'application/vnd.oci.image.layer.v1.tar'
const LAYER_TYPES = {tar: LAYER, json: LAYER, gzip: `${LAYER}+gzip`, zstd: `${LAYER}+zstd`}

/**
 * The images of docker save's manifest.json (Docker Image Specification v1.2). A manifest is made for each (OCI image-spec,
 * "Image Manifest"): of the configuration and the layers as they are, so that it is the same whoever makes it.
 */
export function dockerImages(members: ArchiveMembers, problem: Problem): ArchivedImage[] {
  return arrayOf(parsed(members.get('manifest.json')?.text)).flatMap(entry => {
    const tags = arrayOf(field(entry, 'RepoTags')).filter(isText)
    return tags.length === 0 ? [] : [dockerImage(entry, tags, members, problem)]
  })
}

function dockerImage(
  entry: unknown,
  tags: readonly string[],
  members: ArchiveMembers,
  problem: Problem,
): ArchivedImage {
  const member = (name: unknown): ArchiveMember => {
    const found = isText(name) ? members.get(name) : undefined
    if (found === undefined) throw problem(`${String(name)} of ${tags.join(' ')} is missing`)
    return found
  }
  const configName = field(entry, 'Config')
  const config = member(configName)
  const [, called] = /([0-9a-f]{64})(?:\.json)?$/.exec(String(configName)) ?? []
  if (called !== undefined && config.digest !== `sha256:${called}`)
    throw problem(`the configuration of ${tags.join(' ')} is not what its name says`)
  const layers = arrayOf(field(entry, 'Layers')).map(member)
  const content = parsed(config.text)
  checkLayers(arrayOf(field(field(content, 'rootfs'), 'diff_ids')), layers, () =>
    problem(`the layers of ${tags.join(' ')} are not those that its configuration names`),
  )
  const made = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: {mediaType: 'application/vnd.oci.image.config.v1+json', digest: config.digest, size: config.bytes},
    layers: layers.map(({form, digest, bytes}) => ({mediaType: LAYER_TYPES[form], digest, size: bytes})),
  })
  const digest = `sha256:${createHash('sha256').update(made).digest('hex')}`
  const names = tags.map(tag => {
    const name = imageName(tag)
    if (name === undefined) throw problem(`${tag} is no name of an image`)
    return name
  })
  const architecture = field(content, 'architecture')
  return {
    names,
    digest,
    manifests: [digest],
    blobs: [config, ...layers].map(each => each.digest),
    made,
    ...(isText(architecture) && {architecture}),
  }
}

/** An id is the digest of a layer as a plain tar; of compressed ones whoever unpacks them looks. */
function checkLayers(ids: readonly unknown[], layers: readonly ArchiveMember[], problem: () => Error): void {
  const differ = layers.some(({form, digest}, i) => (form === 'tar' || form === 'json') && digest !== ids[i])
  if (ids.length !== layers.length || differ) throw problem()
}
