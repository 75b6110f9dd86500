import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {expect} from 'chai'
import {openUrl} from '../../../src/artifacts/net/http.js'
import {fetchText} from '../../../src/artifacts/net/network.js'
import {proxyFor, proxyFromEnvironment} from '../../../src/proxy.js'
import {fileServer} from '../file-server.js'
import {failure, network} from '../support.js'

describe('http', () => {
  it('follows redirects, as GitHub releases answer with', async () => {
    const server = await fileServer({end: 'here'}, (request, response) => {
      if (request.url !== '/start') return false
      response.writeHead(302, {location: '/end'}).end()
      return true
    })
    try {
      expect(await fetchText(`${server.url}/start`, network())).to.equal('here')
    } finally {
      await server.close()
    }
  })

  it('gives up on a circle of redirects', async () => {
    const server = await fileServer({}, (_request, response) => {
      response.writeHead(302, {location: '/start'}).end()
      return true
    })
    try {
      const error = await failure(fetchText(`${server.url}/start`, network({retryDelays: []})), 'ARTIFACT_UNREACHABLE')
      expect(error.message).to.include('circle')
    } finally {
      await server.close()
    }
  })

  it('fails on a server that says nothing', async () => {
    const server = await fileServer({}, () => true)
    try {
      const {proxy, signal} = network()
      await openUrl(`${server.url}/x`, {proxy, signal, silenceMs: 30}).then(
        () => expect.fail('it answered'),
        (error: unknown) => {
          expect(error).to.have.property('code', 'ETIMEDOUT')
        },
      )
    } finally {
      await server.close()
    }
  })

  it('sends plain requests whole to a proxy, and asks it for a tunnel to secure ones', async () => {
    const seen: string[] = []
    const proxy = createServer((request, response) => {
      seen.push(`${request.method ?? ''} ${request.url ?? ''} ${request.headers.host ?? ''}`)
      response.end('by proxy')
    })
    proxy.on('connect', (request, socket) => {
      seen.push(`${request.method ?? ''} ${request.url ?? ''}`)
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    })
    await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
    const through = network({proxy: {http: url, https: url, except: []}, retryDelays: []})
    try {
      expect(await fetchText('http://mirror.example/a?b', through)).to.equal('by proxy')
      await failure(fetchText('https://dl.k8s.io/x', through), 'ARTIFACT_MISSING')
      expect(seen).to.deep.equal(['GET http://mirror.example/a?b mirror.example', 'CONNECT dl.k8s.io:443'])
    } finally {
      proxy.closeAllConnections()
      proxy.close()
    }
  })
})

describe('proxy settings', () => {
  const settings = proxyFromEnvironment({HTTPS_PROXY: 'proxy:3128', no_proxy: 'example.org, .corp'})

  it('picks by scheme', () => {
    expect(proxyFor(new URL('https://dl.k8s.io/x'), settings)?.href).to.equal('http://proxy:3128/')
    expect(proxyFor(new URL('http://dl.k8s.io/x'), settings)).to.be.undefined
  })

  it('reaches exceptions and loopback directly', () => {
    for (const url of ['https://example.org/', 'https://a.example.org/', 'https://git.corp/', 'https://127.0.0.1/']) {
      expect(proxyFor(new URL(url), settings), url).to.be.undefined
    }
    expect(proxyFor(new URL('https://notexample.org/'), settings)).to.not.be.undefined
  })
})
