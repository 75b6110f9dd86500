import {componentVersions} from '../kubernetes/component-versions.js'
import {refuseAddons, refuseOtherVersions} from './debian/debian.js'
import type {ArtifactRequest} from './request.js'

/** What can be told of a request at once, with no network and no disk: throws VERSION_UNSUPPORTED or ARTIFACT_MISSING. */
export function checkArtifactRequest({
  source,
  kubernetesVersion,
  addons,
}: Pick<ArtifactRequest, 'source' | 'kubernetesVersion' | 'addons'>): void {
  if (source === 'debian') refuseAddons(addons)
  if (kubernetesVersion === undefined) return
  componentVersions(kubernetesVersion)
  if (source === 'debian') refuseOtherVersions(kubernetesVersion)
}
