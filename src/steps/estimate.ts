import type {ClusterSpec} from '../cluster/spec.js'

/** What a create takes at most on an ordinary day, in seconds: machines of EC2 take their time, those of this machine do not. */
export function estimatedSeconds({provider, controllers, workers}: ClusterSpec): number {
  const nodes = controllers + workers
  return provider === 'local' ? 60 + 10 * nodes : 420 + 10 * nodes
}
