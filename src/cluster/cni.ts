/**
 * How pods are connected. `bridge`: the hard way's bridge and VPC routes, alone. The other: the same, and beside it the
 * reference implementation of network policies by Kubernetes' SIG Network, on every worker.
 */
export type CniChoice = 'bridge' | 'kube-network-policies'

/** The choices that enforce network policies, as a spec has them: absent means the bridge alone. */
export type PolicyEngine = Exclude<CniChoice, 'bridge'>

/** What a spec says of a choice: nothing of the bridge alone. */
export function engineOf({cni}: {readonly cni?: CniChoice | undefined}): PolicyEngine | undefined {
  return cni === 'bridge' ? undefined : cni
}

/** What a NetworkPolicy does in the cluster. */
export function policiesSentence(choice: {readonly cni?: CniChoice | undefined}): string {
  const cni = engineOf(choice)
  return cni === undefined
    ? 'Network policies are not enforced: the bridge connects pods and knows nothing of them. The API accepts a NetworkPolicy, and it does nothing.'
    : `Network policies are enforced, by ${cni} on every worker.`
}
