import type {Clock} from '../../src/clock.js'

/** Milliseconds without anything going on, after which whoever sleeps is woken. */
const IDLE = 3

interface Sleeper {
  readonly at: number
  readonly wake: () => void
}

/**
 * A clock that runs as usual and skips the time in which everybody only waits: as soon as no call is under way it is the
 * time at which the next sleeper wakes. Answers that take long on a busy machine take no virtual time more than they do,
 * so that no limit of minutes is missed because of them.
 */
export class SkippingClock implements Clock {
  private skipped = 0
  private underWay = 0
  /** Grows with everything that happens. */
  private happened = 0
  private ticking = false
  private readonly sleepers = new Set<Sleeper>()

  /** `held`: whether something goes on that no call waits for. */
  constructor(private readonly held: () => boolean = () => false) {}

  now(): number {
    return Date.now() + this.skipped
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    this.happened += 1
    await new Promise<void>((resolve, reject) => {
      const end = (): void => {
        this.sleepers.delete(sleeper)
        signal?.removeEventListener('abort', abort)
      }
      const abort = (): void => {
        end()
        reject(signal?.reason as Error)
      }
      const wake = (): void => {
        end()
        resolve()
      }
      const sleeper = {at: this.now() + milliseconds, wake}
      this.sleepers.add(sleeper)
      signal?.addEventListener('abort', abort, {once: true})
      this.tick()
    })
  }

  /** No time is skipped before the work is done. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.underWay += 1
    this.happened += 1
    try {
      return await work()
    } finally {
      this.underWay -= 1
      this.happened += 1
    }
  }

  private tick(): void {
    if (this.ticking || this.sleepers.size === 0) return
    this.ticking = true
    const happened = this.happened
    setTimeout(() => {
      this.ticking = false
      const idle = this.underWay === 0 && this.happened === happened && !this.held()
      if (idle) this.skipped += Math.max(0, Math.min(...[...this.sleepers].map(({at}) => at)) - this.now())
      for (const {at, wake} of [...this.sleepers]) if (at <= this.now()) wake()
      this.tick()
    }, IDLE)
  }
}
