import type {ComponentVersions} from '../../kubernetes/component-versions.js'

/** Images as nodes pull them, by full reference. */
export interface ImageReferences {
  readonly pause: string
  /** busybox, as Kubernetes' own end-to-end tests use it. */
  readonly check: string
  readonly coredns: string
}

const REGISTRY = 'registry.k8s.io'

export function upstreamImages(versions: Pick<ComponentVersions, 'pause' | 'coredns'>): ImageReferences {
  return {
    pause: `${REGISTRY}/pause:${versions.pause}`,
    check: `${REGISTRY}/e2e-test-images/busybox:1.36.1-1`,
    coredns: `${REGISTRY}/coredns/coredns:v${versions.coredns}`,
  }
}
