import {createServer, type Server} from 'node:http'
import {connect} from 'node:net'
import {expect} from 'chai'
import {awsClients} from '../../src/aws/clients.js'
import {CREDENTIALS, testRegion, type TestRegion} from '../local/api/test-region.js'

const NAMES = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'https_proxy', 'http_proxy', 'no_proxy'] as const

describe('calls of AWS where there is a proxy', () => {
  const saved = Object.fromEntries(NAMES.map(name => [name, process.env[name]]))
  let region: TestRegion
  let proxy: Server
  let seen: string[]

  beforeEach(async () => {
    for (const name of NAMES) Reflect.deleteProperty(process.env, name)
    region = await testRegion()
    seen = []
    // Whatever host is asked for, the region answers.
    proxy = createServer((request, response) => {
      seen.push(`${request.method ?? ''} ${new URL(request.url ?? '').host}`)
      const {hostname, port} = new URL(region.endpoint)
      const upstream = connect(Number(port), hostname)
      const headers = Object.entries(request.headers).filter(([name]) => !name.endsWith('connection'))
      const head = headers.map(([name, value]) => `${name}: ${String(value)}`)
      upstream.write(`${request.method ?? ''} / HTTP/1.1\r\n${head.join('\r\n')}\r\nconnection: close\r\n\r\n`)
      request.pipe(upstream, {end: false})
      upstream.pipe(response.socket ?? upstream)
    })
    proxy.on('connect', (request, socket) => {
      seen.push(`CONNECT ${request.url ?? ''}`)
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    })
    await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve))
  })
  afterEach(async () => {
    for (const [name, value] of Object.entries(saved))
      if (value === undefined) Reflect.deleteProperty(process.env, name)
      else process.env[name] = value
    proxy.closeAllConnections()
    proxy.close()
    await region.close()
  })

  const url = (): string => {
    const address = proxy.address()
    return `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`
  }

  const account = async (endpoint: string): Promise<string | undefined> => {
    const access = {
      provider: 'aws',
      region: 'local-1',
      endpoint,
      credentials: CREDENTIALS,
      operatorCidr: '192.0.2.1/32',
    } as const
    const clients = awsClients(access, {impatient: true})
    try {
      return (await clients.sts.getCallerIdentity({})).Account
    } finally {
      clients.close()
    }
  }

  it('go through it, whole or in a tunnel, by the scheme of the endpoint', async () => {
    process.env['HTTP_PROXY'] = url()
    process.env['HTTPS_PROXY'] = url()
    expect(await account('http://sts.example')).to.equal('123456789012')
    expect(seen).to.deep.equal(['POST sts.example'])
    await account('https://sts.example').catch(() => undefined)
    expect(seen.slice(1)).to.deep.equal(['CONNECT sts.example:443'])
  })

  it('do not, where NO_PROXY says so, or on loopback', async () => {
    process.env['HTTP_PROXY'] = url()
    expect(await account(region.endpoint)).to.equal('123456789012')
    process.env['NO_PROXY'] = '.invalid'
    await account(`http://sts.${'x'.repeat(64)}.invalid`).catch(() => undefined)
    expect(seen).to.deep.equal([])
  })
})
