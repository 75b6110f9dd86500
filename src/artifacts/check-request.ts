import {componentVersions} from '../kubernetes/component-versions.js'
import {refuseOtherVersions} from './debian/debian.js'
import type {ArtifactRequest} from './request.js'

/** What can be told of a request at once, with no network and no disk: throws VERSION_UNSUPPORTED. */
export function checkArtifactRequest({
  source,
  kubernetesVersion,
}: Pick<ArtifactRequest, 'source' | 'kubernetesVersion'>): void {
  if (kubernetesVersion === undefined) return
  componentVersions(kubernetesVersion)
  if (source === 'debian') refuseOtherVersions(kubernetesVersion)
}
