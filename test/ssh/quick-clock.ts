import type {Clock} from '../../src/clock.js'

/** A clock on which every sleep ends at once and has taken its time. `onSleep` is what happens meanwhile. */
export class QuickClock implements Clock {
  readonly slept: number[] = []
  private time = 0

  constructor(private readonly onSleep: (count: number) => void | Promise<void> = () => undefined) {}

  now(): number {
    return this.time
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    this.slept.push(milliseconds)
    this.time += milliseconds
    await this.onSleep(this.slept.length)
    await new Promise(resolve => setImmediate(resolve))
    signal?.throwIfAborted()
  }
}
