import {KhwError, messageOf} from '../errors.js'
import type {ArtifactSet} from './artifact.js'
import {DEBIAN_KUBERNETES_VERSION} from './debian/kubernetes-build.js'
import {openUrl} from './net/http.js'
import type {Network} from './net/network.js'
import type {ArtifactRequest} from './request.js'

/** How long upstream gets to answer before it counts as out of reach. */
const REACH_MS = 3000
const UPSTREAM = ['https://dl.k8s.io/', 'https://github.com/']

export interface Sources {
  readonly upstream: () => Promise<ArtifactSet>
  readonly debian: () => Promise<ArtifactSet>
}

/** Upstream if it can be reached, else Debian; a notice says which and why. */
export async function resolveAuto(
  request: ArtifactRequest,
  network: Network,
  sources: Sources,
  probes: readonly string[] = UPSTREAM,
): Promise<ArtifactSet> {
  const obstacles = await Promise.all(probes.map(url => obstacleTo(url, network)))
  const obstacle = obstacles.find(found => found !== undefined)
  if (obstacle === undefined) {
    return withNotice(await sources.upstream(), 'Artifacts come from upstream: dl.k8s.io and GitHub can be reached.')
  }
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
  return withNotice(await sources.debian(), `Artifacts come from Debian 12, since ${obstacle}.`)
}

/** Why a server cannot be used; undefined if it answers at all. */
async function obstacleTo(url: string, network: Network): Promise<string | undefined> {
  const {host} = new URL(url)
  const deadline = AbortSignal.timeout(REACH_MS)
  const signal = AbortSignal.any([network.signal, deadline])
  try {
    const response = await openUrl(url, {method: 'HEAD', signal, proxy: network.proxy})
    response.destroy()
    return (response.statusCode ?? 0) < 500 ? undefined : `${host} answers HTTP ${response.statusCode ?? 0}`
  } catch (error) {
    network.signal.throwIfAborted()
    return deadline.aborted
      ? `${host} did not answer within ${REACH_MS / 1000} s`
      : `${host} cannot be reached (${messageOf(error)})`
  }
}

function withNotice(set: ArtifactSet, notice: string): ArtifactSet {
  return {...set, notices: [notice, ...set.notices]}
}
