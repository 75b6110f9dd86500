import {DEBIAN_KUBERNETES_VERSION} from './debian/kubernetes-build.js'
import type {Network} from './net/network.js'
import type {ArtifactRequest} from './request.js'

type Asked = Pick<ArtifactRequest, 'fixed' | 'source' | 'cni' | 'cacheServer' | 'onlyLook'>

/** What else to ask for where something cannot be reached or is missing, in flags that the command has by which it was asked. */
export function otherChoices({fixed, source, cni, cacheServer, onlyLook}: Asked): Network['instead'] {
  if (fixed) return undefined
  const debian = `--artifacts debian: Kubernetes ${DEBIAN_KUBERNETES_VERSION} from a Debian mirror, for rehearsal`
  return {
    unreachable: [
      ...(source === 'mirror' ? [] : ['or use --artifacts mirror --mirror DIR with a copy of the files']),
      // What cannot be had from there is not advised.
      ...(cni !== undefined ? [] : [cacheServer || onlyLook ? `or ${debian}` : `or, with --provider local, ${debian}`]),
    ],
    missing: ['or try another --kubernetes-version'],
  }
}
