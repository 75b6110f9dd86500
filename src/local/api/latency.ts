/** How long things take in the region, in milliseconds, beside what this host needs to do them. */
export interface Latency {
  /** Until a call is answered. */
  readonly calls: {readonly reading: number; readonly changing: number; readonly runInstances: number}
  /** From the answer of RunInstances or StartInstances to `running`. */
  readonly launch: number
  /** From `running` until the machine begins to start. */
  readonly boot: number
  /** From CreateLoadBalancer to `active`. */
  readonly loadBalancerProvisioning: number
  /** How long interfaces outlive their load balancer. */
  readonly loadBalancerInterfaceRelease: number
  /** From RegisterTargets to the first health check. */
  readonly targetRegistration: number
}

export type LatencyProfile = keyof typeof LATENCIES

export const LATENCIES = {
  /** As fast as this host is, but for what clients have to be prepared for anyway. */
  none: {
    calls: {reading: 0, changing: 0, runInstances: 0},
    launch: 0,
    boot: 0,
    loadBalancerProvisioning: 0,
    loadBalancerInterfaceRelease: 1_000,
    targetRegistration: 0,
  },
  ec2: {
    // RunInstances as measured by ec2-boot-bench (daemonology.net, 2021-08-12). The others are assumed, not measured.
    calls: {reading: 100, changing: 250, runInstances: 1_500},
    // The same bench: 4.9 s from the answer to `running`.
    launch: 4_900,
    // And 17.2 + 5.6 s from there until the SSH port is open; a machine of this region needs 1.4 s of its own for that.
    boot: 21_400,
    // "More than two minutes" is normal (kubernetes/kubernetes issue 44695).
    loadBalancerProvisioning: 150_000,
    // Guides wait a minute until public addresses are unmapped (prabhatsharma/kubernetes-the-hard-way-aws, docs/14).
    loadBalancerInterfaceRelease: 60_000,
    // "Can take a few minutes" (Network Load Balancers guide, "Health checks for target groups"): taken as two.
    targetRegistration: 120_000,
  },
} as const satisfies Record<string, Latency>

/** How long a call of that name takes to be answered. */
export function callLatency({calls}: Latency, operation: string): number {
  if (operation === 'RunInstances') return calls.runInstances
  return /^(Describe|Get|List|Simulate)/.test(operation) ? calls.reading : calls.changing
}
