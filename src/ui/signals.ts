import type {EventEmitter} from 'node:events'
import type {KhwError} from '../errors.js'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export interface InterruptionOptions {
  /** What the run fails with: the reason of the abort signal. */
  readonly reason: KhwError
  /** The first signal: the run has been told to stop, and finishes what is in flight. */
  readonly onFirst: () => void
  /** The second: gives the terminal back; the process exits right after, with status 130. */
  readonly onSecond: () => void
  /** Where signals arrive and how to leave: the process. */
  readonly process?: Pick<EventEmitter, 'on' | 'off'> & {exit(code: number): void}
}

export interface Interruption {
  readonly signal: AbortSignal
  /** Signals do again what they did before. */
  dispose(): void
}

/** Ctrl-C once asks to stop, twice stops at once. SIGTERM and SIGHUP are taken as a Ctrl-C, as from CI or a lost shell. */
export function interruptible(options: InterruptionOptions): Interruption {
  const {reason, onFirst, onSecond, process: target = process} = options
  const controller = new AbortController()
  const listener = (): void => {
    if (controller.signal.aborted) {
      onSecond()
      target.exit(130)
    } else {
      controller.abort(reason)
      onFirst()
    }
  }
  for (const signal of SIGNALS) target.on(signal, listener)
  return {
    signal: controller.signal,
    dispose: () => {
      for (const signal of SIGNALS) target.off(signal, listener)
    },
  }
}
