import {expect} from 'chai'
import {expiryAfter, ttlOf} from '../../../src/cluster/expiry.js'
import {KhwError} from '../../../src/errors.js'
import {heedExpiry} from '../../../src/steps/expiry/heed.js'
import type {Journal} from '../../../src/steps/engine/journal.js'
import {sampleSpec} from '../sample-spec.js'

describe('the expiry of a cluster', () => {
  it('is 8 hours on AWS and never on this machine, unless said otherwise', () => {
    const hour = 3_600_000
    expect([ttlOf('aws', undefined), ttlOf('local', undefined)]).to.deep.equal([8 * hour, null])
    expect([ttlOf('aws', null), ttlOf('local', hour)]).to.deep.equal([null, hour])
    expect(expiryAfter('2026-11-24T08:00:00.000Z', hour)).to.equal('2026-11-24T09:00:00.000Z')
    expect(expiryAfter('2026-11-24T08:00:00.000Z', null)).to.equal(null)
  })

  const heeded = (expiresAt: string | null): string[] => {
    const said: string[] = []
    const journal = {header: {spec: sampleSpec({controllers: 1, workers: 1}), expiresAt} as Journal['header']}
    heedExpiry(journal, text => said.push(text), Date.parse('2026-11-24T08:00:00.000Z'))
    return said
  }

  it('is told when it is near', () => {
    expect(heeded(null)).to.deep.equal([])
    expect(heeded('2026-11-24T10:00:00.000Z')).to.deep.equal([])
    expect(heeded('2026-11-24T08:20:00.000Z').join()).to.include('in 20 minutes').and.include('khw extend sample 4h')
  })

  it('refuses to go on with a cluster when it is past, and says what to do instead', () => {
    let error: unknown
    try {
      heeded('2026-11-24T08:00:00.000Z')
    } catch (thrown) {
      error = thrown
    }
    expect(error).to.be.instanceOf(KhwError).and.include({code: 'CLUSTER_EXPIRED'})
    expect((error as KhwError).suggestions).to.deep.equal(['khw destroy sample', 'khw extend sample 4h'])
  })
})
