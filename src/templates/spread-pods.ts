/** Affinity that puts pods of these labels on different nodes. Preferred, not required: a cluster of one worker has them too. */
export function spreadPods(labels: Readonly<Record<string, string>>): object {
  return {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        {
          weight: 100,
          podAffinityTerm: {labelSelector: {matchLabels: labels}, topologyKey: 'kubernetes.io/hostname'},
        },
      ],
    },
  }
}
