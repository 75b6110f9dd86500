/** How long things take in the region, in milliseconds, beside what this host needs to do them. */
export interface Latency {
  /** From CreateLoadBalancer to `active`. */
  readonly loadBalancerProvisioning: number
  /** How long interfaces outlive their load balancer. */
  readonly loadBalancerInterfaceRelease: number
  /** From RegisterTargets to the first health check. */
  readonly targetRegistration: number
}

/** As fast as this host is, but for what clients have to be prepared for anyway. */
export const NO_LATENCY: Latency = {
  loadBalancerProvisioning: 0,
  loadBalancerInterfaceRelease: 1_000,
  targetRegistration: 0,
}
