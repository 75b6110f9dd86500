import type {Clock} from '../../../src/clock.js'

interface Sleeper {
  readonly until: number
  readonly wake: () => void
}

/** A clock that can be moved, or stands still until it is. Who sleeps is woken by `advance` only, however long it takes. */
export class OffsetClock implements Clock {
  private offset = 0
  private sleepers: readonly Sleeper[] = []

  /** `standsAt`: milliseconds since 1970; undefined: it runs as the system's does. */
  constructor(private readonly standsAt?: number) {}

  now(): number {
    return (this.standsAt ?? Date.now()) + this.offset
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const sleeper = {until: this.now() + milliseconds, wake: resolve}
      this.sleepers = [...this.sleepers, sleeper]
      signal?.addEventListener('abort', () => {
        this.sleepers = this.sleepers.filter(other => other !== sleeper)
        reject(new DOMException('The sleep was aborted', 'AbortError'))
      })
    })
  }

  /** In milliseconds. */
  advance(by: number): void {
    this.offset += by
    const due = this.sleepers.filter(({until}) => until <= this.now())
    this.sleepers = this.sleepers.filter(sleeper => !due.includes(sleeper))
    for (const {wake} of due) wake()
  }

  /** How many sleep. */
  get sleeping(): number {
    return this.sleepers.length
  }
}
