import {expect} from 'chai'
import {waitUntil} from '../../../src/steps/engine/wait-until.js'
import {FastClock} from '../../fast-clock.js'

describe('waiting', () => {
  const options = {
    what: 'it',
    budget: 60_000,
    clock: new FastClock(),
    signal: new AbortController().signal,
    suggestions: ['Look at it.'],
  } as const

  /** As the SDK throws it. */
  const answer = (name: string): Error =>
    Object.assign(new Error('The region said no.'), {name, $metadata: {httpStatusCode: 400}})

  const failureOf = async (error: Error): Promise<{failure: unknown; tries: number}> => {
    let tries = 0
    const probe = (): Promise<undefined> => {
      tries += 1
      return Promise.reject(error)
    }
    const failure: unknown = await waitUntil(probe, options).catch((reason: unknown) => reason)
    return {failure, tries}
  }

  it('goes on after an error until its time is over, and tells the last one', async () => {
    const {failure, tries} = await failureOf(answer('IncorrectInstanceState'))
    expect(failure).to.include({code: 'TIMEOUT'})
    expect(String(failure)).to.include('The region said no.')
    expect(tries).to.be.greaterThan(1)
  })

  it('ends at once when the credentials have expired', async () => {
    const expired = answer('ExpiredToken')
    expect(await failureOf(expired)).to.deep.equal({failure: expired, tries: 1})
  })
})
