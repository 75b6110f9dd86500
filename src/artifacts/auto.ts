import {KhwError} from '../errors.js'
import type {ArtifactSet} from './artifact.js'
import {noPoliciesFromDebian} from './check-policies.js'
import {refuseAddons} from './debian/debian.js'
import {DEBIAN_KUBERNETES_VERSION} from './debian/kubernetes-build.js'
import type {Network} from './net/network.js'
import {obstacleTo, UPSTREAM_HOSTS} from './net/reach.js'
import type {ArtifactRequest} from './request.js'

export interface Sources {
  readonly upstream: () => Promise<ArtifactSet>
  readonly debian: () => Promise<ArtifactSet>
}

/** Upstream if it can be reached, else Debian; a notice says which and why. */
export async function resolveAuto(
  request: ArtifactRequest,
  network: Network,
  sources: Sources,
  probes: readonly string[] = UPSTREAM_HOSTS,
): Promise<ArtifactSet> {
  const obstacle = await upstreamObstacle(network, probes)
  if (obstacle === undefined) {
    return withNotice(
      await sources.upstream(),
      'Artifacts come from upstream: dl.k8s.io, GitHub and registry.k8s.io can be reached.',
    )
  }
  refuseFromDebian(request, obstacle)
  return withNotice(await sources.debian(), fromDebian(obstacle))
}

/** Why upstream cannot be used; undefined if all of it answers. Milliseconds where it does or cannot be found, 3 s at most. */
export async function upstreamObstacle(
  network: Pick<Network, 'proxy' | 'signal'>,
  probes: readonly string[] = UPSTREAM_HOSTS,
): Promise<string | undefined> {
  const obstacles = await Promise.all(probes.map(url => obstacleTo(url, network)))
  return obstacles.find(found => found !== undefined)
}

/** Throws ARTIFACT_UNREACHABLE or ARTIFACT_MISSING for what Debian does not have in the place of upstream. */
export function refuseFromDebian(
  request: Pick<ArtifactRequest, 'cni' | 'kubernetesVersion' | 'addons'>,
  obstacle: string,
): void {
  if (request.cni !== undefined) throw noPoliciesFromDebian(request.cni, obstacle)
  const version = request.kubernetesVersion?.replace(/^v/, '')
  if (version !== undefined && version !== '1.20' && version !== DEBIAN_KUBERNETES_VERSION) {
    throw new KhwError(
      'ARTIFACT_UNREACHABLE',
      `Kubernetes ${version} cannot be had: ${obstacle}, and Debian has ${DEBIAN_KUBERNETES_VERSION} only.`,
      [
        'Use --artifacts mirror --mirror DIR with a copy of the files',
        `or leave out --kubernetes-version: Kubernetes ${DEBIAN_KUBERNETES_VERSION} from a Debian mirror, for rehearsal`,
      ],
    )
  }
  refuseAddons(request.addons)
}

/** The notice that says which it was and why. */
export function fromDebian(obstacle: string): string {
  return `Artifacts come from Debian 12, since ${obstacle}.`
}

function withNotice(set: ArtifactSet, notice: string): ArtifactSet {
  return {...set, notices: [notice, ...set.notices]}
}
