import type {AddonName} from '../../cluster/addons.js'
import type {ComponentVersions} from '../../kubernetes/component-versions.js'
import {metricsServerReleaseOf} from '../../kubernetes/metrics-server-releases.js'

/** Images as nodes pull them, by full reference. */
export interface ImageReferences extends Readonly<Record<AddonName, string>> {
  readonly pause: string
  /** busybox, as Kubernetes' own end-to-end tests use it. */
  readonly check: string
}

const REGISTRY = 'registry.k8s.io'

export function upstreamImages(versions: Pick<ComponentVersions, 'kubernetes' | 'pause' | 'coredns'>): ImageReferences {
  return {
    pause: `${REGISTRY}/pause:${versions.pause}`,
    check: `${REGISTRY}/e2e-test-images/busybox:1.36.1-1`,
    coredns: `${REGISTRY}/coredns/coredns:v${versions.coredns}`,
    'metrics-server': `${REGISTRY}/metrics-server/metrics-server:v${metricsServerReleaseOf(versions.kubernetes).version}`,
  }
}
