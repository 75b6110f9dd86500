import {createServer, type Server} from 'node:http'
import {expect} from 'chai'
import {KhwError} from '../../../src/errors.js'
import {ownPublicAddress} from '../../../src/steps/operator/own-address.js'

describe('the own public address', () => {
  const servers: Server[] = []
  const {signal} = new AbortController()

  async function close(): Promise<void> {
    for (const server of servers.splice(0)) {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    }
  }

  afterEach(close)

  async function source(body: string, status = 200): Promise<string> {
    const server = createServer((_, response) => response.writeHead(status).end(body))
    servers.push(server)
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    return `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}/`
  }

  const refusal = async (a: string, b: string): Promise<KhwError> => {
    const error: unknown = await ownPublicAddress(signal, [a, b]).catch((caught: unknown) => caught)
    if (error instanceof KhwError) return error
    throw new Error(`no refusal: ${String(error)}`)
  }

  it('is what two services agree on', async () => {
    expect(await ownPublicAddress(signal, [await source('203.0.113.7\n'), await source('203.0.113.7')])).to.equal(
      '203.0.113.7',
    )
  })

  it('is not certain when they say different things', async () => {
    const error = await refusal(await source('203.0.113.7\n'), await source('198.51.100.9'))
    expect(error.message).to.match(/is not certain: 127\.0\.0\.1:\d+ says 203\.0\.113\.7, .* says 198\.51\.100\.9\./)
    expect(error.suggestions).to.deep.equal([
      'If it is 203.0.113.7: --allow-cidr 203.0.113.7/32',
      'If it is 198.51.100.9: --allow-cidr 198.51.100.9/32',
    ])
  })

  it('is not certain when one is silent, or both', async () => {
    const gone = await source('203.0.113.7')
    await close()
    const one = await refusal(gone, await source('203.0.113.7'))
    expect(one.message).to.match(/127\.0\.0\.1:\d+ cannot be reached \(.*ECONNREFUSED.*\), .* says 203\.0\.113\.7/)
    expect(one.suggestions).to.deep.equal(['If it is 203.0.113.7: --allow-cidr 203.0.113.7/32'])
    const both = await refusal(await source('<html>', 200), await source('busy', 503))
    expect(both.message).to.include('does not answer with an address').and.to.include('answers HTTP 503')
    expect(both.suggestions.join()).to.include('--allow-cidr 203.0.113.7/32')
  })
})
