import {setTimeout as after} from 'node:timers/promises'
import type {Clock} from '../src/clock.js'

/**
 * A clock on which ten minutes pass in a second or two. Time runs, only faster: what waits at the same time wakes in the
 * right order, and real answers of real servers find their place in between.
 *
 * Where so many real milliseconds are the most that count from one look at the clock to the next, a machine that is busy
 * with others stops it: a call to a server in this process takes as many turns of the event loop on any machine, and who
 * sleeps looks at each of them.
 */
export class FastClock implements Clock {
  private time = Date.now()
  private seen = this.time

  constructor(
    private readonly speed = 400,
    private readonly mostAtOnce = Infinity,
  ) {}

  now(): number {
    const real = Date.now()
    this.time += Math.min(real - this.seen, this.mostAtOnce) * this.speed
    this.seen = real
    return this.time
  }

  /** As if so many milliseconds had passed at once. */
  skip(milliseconds: number): void {
    this.time += milliseconds
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    const until = this.now() + milliseconds
    do {
      const left = Math.max(0, until - this.now()) / this.speed
      await after(Math.min(left, this.mostAtOnce), undefined, signal === undefined ? {} : {signal})
    } while (this.now() < until)
  }
}
