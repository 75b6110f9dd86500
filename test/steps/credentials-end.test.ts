import {expect} from 'chai'
import {KhwError} from '../../src/errors.js'
import {SettableFaults} from '../../src/local/api/faults/fault-source.js'
import {outcomes, RegionRun} from './region-run.js'

describe('credentials that end in the middle of a create', () => {
  it('stop it cleanly: everything is kept, and after a login the same command goes on', async () => {
    const faults = new SettableFaults()
    const run = await RegionRun.open({faults})
    const profile = process.env['AWS_PROFILE']
    process.env['AWS_PROFILE'] = 'lab'
    try {
      const how = {code: 'ExpiredToken', status: 400, message: 'The security token included in the request is expired'}
      faults.set({calls: [{action: '*', when: 'before', how, nth: 30, times: 1_000_000}]})
      const error: unknown = await run.run().catch((caught: unknown) => caught)
      if (!(error instanceof KhwError)) throw new Error('it went on')
      expect(error).to.include({code: 'AWS_AUTH'})
      expect(error.oclif.exit).to.equal(69)
      expect(error.suggestions[0]).to.equal('Log in again, for example: aws sso login --profile lab')
      expect(error.suggestions.join()).to.include('run the same command again')
      faults.set({})
      const kept = await run.ids()
      expect(kept).not.to.deep.equal([])
      const counts = outcomes(await run.run())
      expect(counts['kept']).to.be.greaterThan(0)
      expect(await run.ids()).to.include.members([...kept])
      expect(Object.keys(outcomes(await run.run()))).to.deep.equal(['kept'])
    } finally {
      if (profile === undefined) Reflect.deleteProperty(process.env, 'AWS_PROFILE')
      else process.env['AWS_PROFILE'] = profile
      await run.close()
    }
  }).timeout(20_000)
})
