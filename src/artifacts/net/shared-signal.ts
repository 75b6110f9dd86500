import {setMaxListeners} from 'node:events'

/** Requests under way at once never come near it; without it node warns of a leak at the eleventh. */
const LISTENERS = 200

/** A signal that aborts with any of these, and that many requests may listen to. */
export function sharedSignal(...signals: readonly AbortSignal[]): AbortSignal {
  const signal = AbortSignal.any([...signals])
  setMaxListeners(LISTENERS, signal)
  return signal
}
