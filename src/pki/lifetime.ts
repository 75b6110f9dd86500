const MINUTE = 60 * 1000
const DAY = 24 * 60 * MINUTE

/** Clocks of fresh machines may lag behind. */
export const SKEW = 5 * MINUTE

/** Of a leaf, unless somebody wants to see one end: throw-away clusters. Milliseconds. */
export const LEAF_LIFE = 30 * DAY

/**
 * Authorities outlive many leaves, as kubeadm's do (ten years to one): an authority's new certificate makes etcd and the
 * API servers start anew, which read those files once, while a leaf is taken up by those that run. Milliseconds.
 */
export const AUTHORITY_LIFE = 360 * DAY

/** What a `--lifetime` of leaves may be: less is over before a cluster has it, more would outlive the authorities. */
export const LIFETIMES = {shortest: 2 * MINUTE, longest: 180 * DAY} as const

/** What all certificates of a cluster have to be since somebody has asked for new ones. */
export interface Issuance {
  /** ISO 8601: a leaf that was issued before is issued anew. */
  readonly since: string
  /** Of a leaf, in milliseconds; 30 days if absent. */
  readonly lifetime?: number
}

/** A certificate with less left is replaced on occasion: a day, or a quarter of a short life. Milliseconds. */
export function marginOf(lifetime: number): number {
  return Math.min(DAY, lifetime / 4)
}
