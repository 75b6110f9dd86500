import {SettableFaults} from '../../../../src/local/api/faults/fault-source.js'
import {OffsetClock} from '../offset-clock.js'
import {testRegion, type TestRegion} from '../test-region.js'

export interface FaultyRegion extends TestRegion {
  readonly faults: SettableFaults
  readonly clock: OffsetClock
}

/** A region in which nothing goes wrong yet, and whose clock stands still until it is told to advance. */
export async function faultyRegion(): Promise<FaultyRegion> {
  const faults = new SettableFaults()
  const clock = new OffsetClock(Date.now())
  return {...(await testRegion({faults, clock})), faults, clock}
}

/** Resolves when the condition holds: for what happens behind an answer. */
export async function eventually(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it never happened')
    await new Promise(resolve => setImmediate(resolve))
  }
}
