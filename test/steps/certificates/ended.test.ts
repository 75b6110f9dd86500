import {expect} from 'chai'
import {KhwError} from '../../../src/errors.js'
import {explainEnded} from '../../../src/steps/certificates/ended.js'
import type {Journal} from '../../../src/steps/engine/journal.js'
import {sampleSpec} from '../sample-spec.js'

describe('what fails once the certificates have ended', () => {
  const END = '2026-11-26T10:58:35.000Z'
  const journalOf = (steps: object): Journal =>
    ({header: {spec: sampleSpec({controllers: 1, workers: 1})}, steps}) as unknown as Journal
  const journal = journalOf({'access/certificates': {status: 'done', output: {earliestExpiry: END}}})
  const api = new KhwError('KUBERNETES_API', 'https://198.18.0.4:6443: certificate has expired', ['khw status'])
  const explained = (error: unknown, of = journal, seconds = 1): unknown =>
    explainEnded(error, of, Date.parse(END) + seconds * 1000)

  it('says so, and what to type', () => {
    const error = explained(api)
    expect(error).to.be.instanceOf(KhwError)
    const {message, suggestions, cause} = error as KhwError
    expect(message).to.include('The certificates of "sample" ended on 2026-11-26 10:58 UTC')
    expect(suggestions).to.deep.equal(['Give it new ones: khw certs renew sample'])
    expect(cause).to.equal(api)
  })

  it('is seen behind a wait that is over, and a run that has failed with it', () => {
    const wait = new KhwError('TIMEOUT', 'Waited 180 s', ['khw ssh'], {cause: api})
    const run = new KhwError('TIMEOUT', 'control-plane/first-api: Waited 180 s', ['khw ssh'], {cause: wait, exit: 69})
    const error = explained(run) as KhwError
    expect(error.suggestions[0]).to.include('khw certs renew sample')
    expect(error.oclif.exit).to.equal(69)
  })

  it('is what it was before, where there are none, and of everything else', () => {
    const ssh = new KhwError('SSH_FAILED', 'no route', ['khw status'])
    const bug = new Error('a bug')
    expect(explained(api, journal, -1)).to.equal(api)
    expect(explained(api, journalOf({}))).to.equal(api)
    for (const error of [ssh, bug]) expect(explained(error)).to.equal(error)
  })
})
