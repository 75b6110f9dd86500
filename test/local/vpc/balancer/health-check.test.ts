import {createServer as createHttp} from 'node:http'
import {createServer as createHttps} from 'node:https'
import {createServer as createTcp, type AddressInfo, type Server} from 'node:net'
import {expect} from 'chai'
import {newPrivateKey} from '../../../../src/pki/keys.js'
import {signAuthority} from '../../../../src/pki/x509.js'
import type {HealthCheck} from '../../../../src/local/elb-model.js'
import {isMatch, passes} from '../../../../src/local/vpc/balancer/health-check.js'

const CHECK: HealthCheck = {
  protocol: 'HTTP',
  port: 'traffic-port',
  path: '/readyz',
  matcher: '200',
  intervalSeconds: 5,
  timeoutSeconds: 5,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
}

describe('a health check', () => {
  const servers: Server[] = []
  const seen: string[] = []
  let answering = 0
  let silent = 0
  let status = 200

  const listen = async (server: Server): Promise<number> => {
    servers.push(server)
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    return (server.address() as AddressInfo).port
  }
  const passing = (port: number, change: Partial<HealthCheck> = {}): Promise<boolean> =>
    passes({...CHECK, ...change}, {address: '127.0.0.1', port, localAddress: '127.0.0.1'})

  before(async () => {
    answering = await listen(
      createHttp((request, response) => {
        seen.push(`${request.method} ${request.url} ${request.headers['user-agent']}`)
        response.writeHead(status)
        response.end('ok')
      }),
    )
    silent = await listen(createTcp(socket => socket.on('error', () => undefined).resume()))
  })
  after(() => {
    for (const server of servers) server.close()
  })

  it('of HTTP wants a status of the matcher', async () => {
    expect(await passing(answering)).to.equal(true)
    expect(seen).to.deep.equal(['GET /readyz ELB-HealthChecker/2.0'])
    status = 503
    expect(await passing(answering)).to.equal(false)
    expect(await passing(answering, {matcher: '200-399,503'})).to.equal(true)
    expect(await passing(answering, {protocol: 'TCP'}), 'a connection is enough').to.equal(true)
  })

  it('of HTTPS does not ask whose certificate it is, nor for an old version of TLS', async () => {
    const key = await newPrivateKey()
    const validity = {notBefore: new Date(0), notAfter: new Date(1000)}
    const cert = await signAuthority({commonName: 'somebody else'}, key, validity)
    const secure = await listen(
      createHttps({key, cert, minVersion: 'TLSv1.3'}, (request, response) => {
        response.writeHead(request.url === '/readyz' ? 200 : 500)
        response.end('ok')
      }),
    )
    expect(await passing(secure, {protocol: 'HTTPS'})).to.equal(true)
    expect(await passing(secure, {protocol: 'HTTPS', path: '/'})).to.equal(false)
    expect(await passing(secure)).to.equal(false)
  })

  it('fails where nobody answers in time, at all, or in the right protocol', async () => {
    expect(await passing(silent, {timeoutSeconds: 0.3})).to.equal(false)
    expect(await passing(silent, {protocol: 'HTTPS', timeoutSeconds: 0.3})).to.equal(false)
    expect(await passing(answering, {protocol: 'HTTPS'})).to.equal(false)
    expect(await passing(1)).to.equal(false)
    expect(await passing(1, {protocol: 'TCP'})).to.equal(false)
  })

  it('reads matchers', () => {
    expect([isMatch('200', 200), isMatch('200', 201), isMatch('200,204', 204), isMatch('200-399', 302)]).to.deep.equal([
      true,
      false,
      true,
      true,
    ])
  })
})
