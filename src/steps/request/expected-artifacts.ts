import {fromDebian, refuseFromDebian, upstreamObstacle} from '../../artifacts/auto.js'
import {NOTICES} from '../../artifacts/debian/debian.js'
import {DEBIAN_KUBERNETES_VERSION} from '../../artifacts/debian/kubernetes-build.js'
import {clusterSpec, type ArtifactSource, type ClusterSpec} from '../../cluster/spec.js'
import {proxyFromEnvironment} from '../../proxy.js'
import {addonsToBe} from './addon-request.js'
import {artifactsOf, sourceOf} from './check-request.js'
import type {CreateRequest} from './create-request.js'

/** Where the artifacts of a request come from, as far as that can be told without fetching any. */
export interface ExpectedSource {
  readonly source: ArtifactSource
  /** Why it is not upstream, where that would have been taken. */
  readonly obstacle?: string
}

/** `auto` is whichever of the two can be reached. */
export async function expectedSource(request: CreateRequest, signal: AbortSignal): Promise<ExpectedSource> {
  const source = sourceOf(request)
  if (source !== 'auto') return {source}
  const obstacle = await upstreamObstacle({proxy: proxyFromEnvironment(), signal})
  return obstacle === undefined ? {source: 'upstream'} : {source: 'debian', obstacle}
}

/**
 * What becomes of a spec by where its artifacts come from, and what is to be known of that: Debian has one version of
 * Kubernetes and no images of add-ons. Throws ARTIFACT_UNREACHABLE or ARTIFACT_MISSING as a create would.
 */
export function specFrom(
  {source, obstacle}: ExpectedSource,
  request: CreateRequest,
  spec: ClusterSpec,
): {readonly spec: ClusterSpec; readonly notices: readonly string[]} {
  if (source !== 'debian') return {spec: clusterSpec({...spec, artifactSource: source}), notices: []}
  if (obstacle !== undefined) refuseFromDebian(artifactsOf(request), obstacle)
  return {
    spec: clusterSpec({
      ...spec,
      artifactSource: source,
      kubernetesVersion: DEBIAN_KUBERNETES_VERSION,
      ...addonsToBe(request, {}),
    }),
    notices: [...(obstacle === undefined ? [] : [fromDebian(obstacle)]), ...NOTICES],
  }
}
