import type {RegionState} from '../../model.js'
import type {Region} from '../region.js'

/**
 * Looks at what an action is about to store and throws ApiError where it may not: then nothing of it is stored. It sees
 * what the action really does, so a call that is repeated with its client token, and makes nothing, passes.
 */
export type ChangeCheck = (before: RegionState, after: RegionState) => void

/** The store, but for changes that a check refuses. */
export function checkedStore(store: Region['store'], checks: readonly ChangeCheck[]): Region['store'] {
  return {
    get state() {
      return store.state
    },
    change: change =>
      store.change(draft => {
        const before = structuredClone(draft)
        const result = change(draft)
        for (const check of checks) check(before, draft)
        return result
      }),
  }
}
