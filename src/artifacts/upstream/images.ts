import type {AddonName} from '../../cluster/addons.js'
import type {ComponentVersions} from '../../kubernetes/component-versions.js'
import {metricsServerReleaseOf} from '../../kubernetes/metrics-server-releases.js'

/** Images as nodes pull them, by full reference; `check` is busybox, as Kubernetes' own end-to-end tests use it. */
export type ImageReferences = Readonly<Record<'pause' | 'check' | AddonName, string>>

const REGISTRY = 'registry.k8s.io'

export function upstreamImages(versions: Pick<ComponentVersions, 'kubernetes' | 'pause' | 'coredns'>): ImageReferences {
  return {
    pause: `${REGISTRY}/pause:${versions.pause}`,
    check: `${REGISTRY}/e2e-test-images/busybox:1.36.1-1`,
    coredns: `${REGISTRY}/coredns/coredns:v${versions.coredns}`,
    'metrics-server': `${REGISTRY}/metrics-server/metrics-server:v${metricsServerReleaseOf(versions.kubernetes).version}`,
  }
}
