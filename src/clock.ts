import {setTimeout as after} from 'node:timers/promises'

/** Time as everything that waits sees it. Tests put one in its place in which ten minutes pass at once. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Resolves after so many milliseconds; rejects with an AbortError when the signal is aborted first. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (milliseconds, signal) => {
    await after(milliseconds, undefined, signal === undefined ? {} : {signal})
  },
}
