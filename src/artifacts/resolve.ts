import type {ArtifactSet} from './artifact.js'
import {resolveAuto} from './auto.js'
import {resolveDebian} from './debian/debian.js'
import {resolveMirror} from './mirror/mirror.js'
import {otherChoices} from './other-choices.js'
import {RETRY_DELAYS, type Network} from './net/network.js'
import {proxyFromEnvironment} from '../proxy.js'
import {sharedSignal} from './net/shared-signal.js'
import type {ArtifactRequest} from './request.js'
import {resolveUpstream} from './upstream/upstream.js'

/**
 * Resolves and verifies everything the nodes will fetch, before anything is created. With a `cacheServer` every file is
 * in the cache when this resolves; without one the nodes fetch from the source, and only checksums were fetched here.
 * Throws KhwError (ARTIFACT_*, VERSION_UNSUPPORTED, BUILD_FAILED, DISK_FULL, USAGE), or the signal's reason.
 */
export async function resolveArtifacts(asked: ArtifactRequest): Promise<ArtifactSet> {
  const request = {...asked, signal: sharedSignal(asked.signal)}
  const network: Network = {
    proxy: proxyFromEnvironment(),
    signal: request.signal,
    retryDelays: RETRY_DELAYS,
    instead: otherChoices(request),
  }
  const upstream = () => resolveUpstream(request, network)
  const debian = () => resolveDebian(request, network)
  switch (request.source) {
    case 'upstream':
      return upstream()
    case 'mirror':
      return resolveMirror(request, network)
    case 'debian':
      return debian()
    case 'auto':
      return resolveAuto(request, network, {upstream, debian})
  }
}
