import type {PolicyEngine} from '../cluster/cni.js'
import {KhwError} from '../errors.js'
import {DEFAULT_KUBERNETES_VERSION} from '../kubernetes/component-versions.js'
import {OLDEST_WITH_POLICIES, releaseOf} from '../kubernetes/releases.js'

/** Throws VERSION_UNSUPPORTED where the engine does not work with that Kubernetes, `1.36` or `1.36.2`. */
export function checkPolicies(cni: PolicyEngine | undefined, kubernetesVersion: string): void {
  if (cni === undefined) return
  const exact = kubernetesVersion.replace(/^v/, '')
  if (releaseOf(exact.split('.').length === 2 ? `${exact}.0` : exact).refusesListByWatch) return
  throw new KhwError(
    'VERSION_UNSUPPORTED',
    `--cni ${cni} needs Kubernetes ${OLDEST_WITH_POLICIES} or newer, not ${exact}: with an older API server it would wait for ever, and enforce nothing.`,
    [
      `Try --kubernetes-version ${DEFAULT_KUBERNETES_VERSION}`,
      'or --cni bridge, which does not enforce network policies',
    ],
    {exit: 2},
  )
}

/** `why`: why there is nothing but Debian; absent where it was asked for. */
export function noPoliciesFromDebian(cni: PolicyEngine, why?: string): KhwError {
  return new KhwError(
    'ARTIFACT_UNREACHABLE',
    `--cni ${cni} cannot be had${why === undefined ? '' : `: ${why}`}, and Debian has no image of it.`,
    [
      'Use --artifacts mirror --mirror DIR with a copy of its manifest and its image',
      'or --artifacts upstream where registry.k8s.io can be reached',
      'or --cni bridge, which does not enforce network policies',
    ],
    {exit: 2},
  )
}
