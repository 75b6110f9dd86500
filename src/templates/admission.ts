import type {ArtifactSet} from '../artifacts/artifact.js'
import type {ClusterSpec, SecurityProfile} from '../cluster/spec.js'
import {releaseOf} from '../kubernetes/releases.js'
import {imageArchives} from './installed-programs.js'

/** Admission plugins beyond those that are on by default ("Admission Control in Kubernetes", kubernetes.io). */
export function admissionPlugins(spec: ClusterSpec, artifacts: ArtifactSet): readonly string[] {
  const release = releaseOf(spec.kubernetesVersion)
  return [
    'NodeRestriction',
    ...(release.denyServiceExternalIps ? ['DenyServiceExternalIPs'] : []),
    ...(spec.securityProfile === 'cis' && hasRegistry(artifacts) ? ['AlwaysPullImages'] : []),
  ]
}

/** Images that came to the nodes as archives are in no registry: told to pull them, no container of them would start. */
function hasRegistry(artifacts: ArtifactSet): boolean {
  return imageArchives(artifacts, 'worker').length === 0
}

/** What the profile asks and these artifacts cannot give: one sentence; undefined if there is nothing. */
export function profileNotice(
  {securityProfile}: {readonly securityProfile?: SecurityProfile},
  artifacts: ArtifactSet,
): string | undefined {
  if (securityProfile !== 'cis' || hasRegistry(artifacts)) return undefined
  return 'AlwaysPullImages is left out of --security-profile cis (check 1.2.11): images come as archives here, and no registry has them to be asked.'
}
