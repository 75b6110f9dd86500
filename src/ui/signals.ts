import {setMaxListeners, type EventEmitter} from 'node:events'
import type {KhwError} from '../errors.js'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

type Listener = (...values: unknown[]) => void

/** Where signals arrive and how to leave: the process. */
export type SignalTarget = Pick<EventEmitter, 'on' | 'off' | 'rawListeners'> & {readonly exit: (code: number) => void}

export interface InterruptionOptions {
  /** What the run fails with: the reason of the abort signal. */
  readonly reason: KhwError
  /** The first signal: the run has been told to stop, and finishes what is in flight. */
  readonly onFirst: () => void
  /** The second: gives the terminal back; the process exits right after, with status 130. */
  readonly onSecond: () => void
  readonly process?: SignalTarget
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
  // Every wait of every node listens: there are more than the ten that Node takes for a leak.
  setMaxListeners(0, controller.signal)
  const listener = (): void => {
    if (controller.signal.aborted) {
      onSecond()
      target.exit(130)
    } else {
      controller.abort(reason)
      onFirst()
    }
  }
  return {signal: controller.signal, dispose: takeSignals(target, listener)}
}

/**
 * Takes the signals from whoever listens, now and later, until the function that is returned gives them back. Libraries
 * listen too: conf (through when-exit) tidies up and then sends the signal to the process once more, so that one Ctrl-C
 * would count as two.
 */
function takeSignals(target: SignalTarget, own: Listener): () => void {
  const others: [signal: string, listener: Listener][] = []
  const pushAside = (signal: string, listener: Listener): void => {
    others.push([signal, listener])
    target.off(signal, listener)
  }
  let taken = true
  const onNew = (event: string | symbol, listener: Listener): void => {
    const signal = SIGNALS.find(name => name === event)
    if (signal === undefined || listener === own) return
    // This is told just before the listener is added.
    queueMicrotask(() => {
      if (taken) pushAside(signal, listener)
    })
  }
  for (const signal of SIGNALS) {
    for (const listener of target.rawListeners(signal) as Listener[]) pushAside(signal, listener)
    target.on(signal, own)
  }
  target.on('newListener', onNew)
  return () => {
    taken = false
    target.off('newListener', onNew)
    for (const signal of SIGNALS) target.off(signal, own)
    for (const [signal, listener] of others) target.on(signal, listener)
  }
}
