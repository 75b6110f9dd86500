import type {RegionState} from '../model.js'

export interface IdleOptions {
  /** How long a region that has been used may be empty, and one that never was, in milliseconds. */
  readonly afterUse: number
  readonly unused: number
}

/** Decides when a region is no longer needed: nothing is in it and nobody has asked it anything for a while. */
export class IdleClock {
  #lastActive: number
  #used = false
  #released = false

  constructor(
    private readonly options: IdleOptions,
    now: number,
  ) {
    this.#lastActive = now
  }

  /** Somebody called the API. */
  called(now: number): void {
    this.#lastActive = now
    this.#released = false
  }

  /** Somebody has emptied the region and will not come back: no need to linger. */
  released(): void {
    this.#released = true
  }

  /** To be asked from time to time. */
  isOver(state: RegionState, now: number): boolean {
    if (!isEmpty(state)) {
      this.#lastActive = now
      this.#used = true
      this.#released = false
      return false
    }
    return this.#released || now - this.#lastActive >= (this.#used ? this.options.afterUse : this.options.unused)
  }
}

/**
 * Terminated instances are still described for an hour; they need nothing of the host. Target groups do not either, but
 * who has forgotten one is to find it. Service-linked roles nobody takes away, on AWS neither.
 */
export function isEmpty(state: RegionState): boolean {
  const {vpcs, addresses, loadBalancers, targetGroups, users, policies, instanceProfiles} = state
  const mustBeGone = [vpcs, addresses, loadBalancers, targetGroups, users, policies, instanceProfiles]
  return (
    mustBeGone.every(all => Object.keys(all).length === 0) &&
    Object.values(state.roles).every(role => role.path.startsWith('/aws-service-role/')) &&
    Object.values(state.instances).every(instance => instance.state === 'terminated')
  )
}
