import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {expect} from 'chai'
import {callerAccount} from '../../../src/steps/session/account.js'
import {CREDENTIALS} from '../../local/api/test-region.js'

describe('the account of a region', () => {
  it('is not waited for by who was interrupted', async () => {
    const asked = new AbortController()
    // Takes the question and stays silent.
    const server = createServer(() => {
      asked.abort(new Error('interrupted'))
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const access = {provider: 'local', region: 'local-1', operatorCidr: '203.0.113.7/32'} as const
    try {
      const error: unknown = await callerAccount({...access, endpoint, credentials: CREDENTIALS}, asked.signal).catch(
        (caught: unknown) => caught,
      )
      expect(error).to.be.an('error')
    } finally {
      server.closeAllConnections()
      server.close()
    }
  }).timeout(20_000)
})
