import type {ArtifactSet} from '../../artifacts/artifact.js'
import {upstreamImages} from '../../artifacts/upstream/images.js'
import type {AddonName, ClusterAddon} from '../../cluster/addons.js'
import {KhwError} from '../../errors.js'
import {componentVersions} from '../../kubernetes/component-versions.js'

/** The image an add-on runs from: the one it was given, else what the cluster's artifact source has; undefined if that has none. */
export function imageOf({name, image}: ClusterAddon, artifacts: ArtifactSet): string | undefined {
  if (image !== undefined) return image
  const {source, images, versions} = artifacts
  // A record of before there was that add-on does not name it, but its nodes pull what they are told.
  return (
    images[name] ?? (source === 'upstream' ? upstreamImages(componentVersions(versions.kubernetes))[name] : undefined)
  )
}

/** Throws ARTIFACT_MISSING, with what to type, if there is none. `isWanted`: the cluster has it in its record. */
export function requireImage(
  addon: ClusterAddon,
  artifacts: ArtifactSet,
  cluster: string,
  {isWanted}: {readonly isWanted: boolean},
): string {
  const image = imageOf(addon, artifacts)
  if (image !== undefined) return image
  const {name} = addon
  throw new KhwError(
    'ARTIFACT_MISSING',
    `The add-on ${name} cannot be installed in "${cluster}": ${whyMissing(name, artifacts)}.`,
    [
      `Say which to use, if its nodes can pull it or have it: khw addon add ${cluster} ${name} --image REGISTRY/${name}:TAG`,
      ...(isWanted ? [`or do without: khw addon remove ${cluster} ${name}`] : []),
    ],
    {exit: 2},
  )
}

/** Why there is none, as the end of a sentence. */
export function whyMissing(name: AddonName, {source}: Pick<ArtifactSet, 'source'>): string {
  const from =
    source === 'debian' ? 'Debian, where the artifacts come from,' : 'the mirror that the artifacts came from'
  return `${from} has no image of ${name}`
}
