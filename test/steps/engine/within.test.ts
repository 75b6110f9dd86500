import {expect} from 'chai'
import {untilAborted, within} from '../../../src/steps/engine/within.js'
import {QuickClock} from '../../ssh/quick-clock.js'

const failure = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => (error as Error).message,
  )

describe('work that need not know of a signal', () => {
  const never = (): Promise<never> => new Promise(() => undefined)

  it('ends with it, and is not begun once it is over', async () => {
    const control = new AbortController()
    const ended = failure(untilAborted(control.signal, never))
    control.abort(new Error('interrupted by hand'))
    expect(await ended).to.equal('interrupted by hand')
    let begun = false
    const late = (): Promise<void> => {
      begun = true
      return Promise.resolve()
    }
    expect(await failure(untilAborted(control.signal, late))).to.equal('interrupted by hand')
    expect(begun).to.equal(false)
  })

  it('ends with its time, too, and its own end is what counts before that', async () => {
    const about = {clock: new QuickClock(), signal: new AbortController().signal}
    expect(await failure(within(about, 30_000, never))).to.equal('it did not let us in within 30 s')
    expect(await within(about, 30_000, () => Promise.resolve(1))).to.equal(1)
    expect(await failure(within(about, 30_000, () => Promise.reject(new Error('no'))))).to.equal('no')
    const control = new AbortController()
    control.abort(new Error('interrupted by hand'))
    expect(await failure(within({...about, signal: control.signal}, 30_000, never))).to.equal('interrupted by hand')
  })
})
