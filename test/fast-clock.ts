import {setTimeout as after} from 'node:timers/promises'
import type {Clock} from '../src/clock.js'

/**
 * A clock on which ten minutes pass in a second or two. Time runs, only faster: what waits at the same time wakes in the
 * right order, and real answers of real servers find their place in between.
 */
export class FastClock implements Clock {
  private readonly start = Date.now()

  constructor(private readonly speed = 400) {}

  now(): number {
    return this.start + (Date.now() - this.start) * this.speed
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    await after(milliseconds / this.speed, undefined, signal === undefined ? {} : {signal})
  }
}
