import {componentVersions} from '../kubernetes/component-versions.js'
import {checkPolicies, noPoliciesFromDebian} from './check-policies.js'
import {refuseAddons, refuseOtherVersions} from './debian/debian.js'
import type {ArtifactsAskedFor} from './request.js'

/** What can be told of a request at once, with no network and no disk: throws VERSION_UNSUPPORTED, ARTIFACT_MISSING or ARTIFACT_UNREACHABLE. */
export function checkArtifactRequest({source, kubernetesVersion, addons, cni}: ArtifactsAskedFor): void {
  if (source === 'debian') refuseAddons(addons)
  if (cni !== undefined && source === 'debian') throw noPoliciesFromDebian(cni)
  if (kubernetesVersion === undefined) return
  // First, as what it suggests is to be had from there.
  if (source === 'debian') refuseOtherVersions(kubernetesVersion)
  componentVersions(kubernetesVersion)
  checkPolicies(cni, kubernetesVersion)
}
