import {setTimeout as delay} from 'node:timers/promises'

/** Waits so many milliseconds; throws the signal's own reason (Node's timer would throw one that hides it). */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, signal ? {signal} : {})
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  }
}
