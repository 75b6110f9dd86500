import {expect} from 'chai'
import {createSocket, type Socket} from 'node:dgram'
import {mkdirSync, writeFileSync} from 'node:fs'
import {createServer, type Server} from 'node:net'
import {join} from 'node:path'
import {run} from '../../../src/local/host/run.js'
import {frame, readFrames} from '../../../src/local/vpc/dns-framing.js'
import {CACHE_SERVER_URL} from '../../../src/local/vpc/link-local.js'
import {encodeAnswer, encodeTruncated, parseQuestion} from '../../../src/local/vpc/services/dns-message.js'
import type {VpcFabric} from '../../../src/local/vpc/vpc-fabric.js'
import {Lab, unmetNeed} from './lab.js'
import {instanceId, type World} from './region-fixture.js'

const A = '10.240.0.11'
const B = '10.240.1.12'

/** Prints JSON of what a resolver says: `method` of dns.Resolver, or the error's code. */
const LOOKUP = `
  const [server, method, name] = process.argv.slice(1)
  const resolver = new (require('dns').promises.Resolver)({timeout: 5000, tries: 1})
  resolver.setServers([server])
  resolver[method](name).then(r => console.log(JSON.stringify(r)), e => console.log(JSON.stringify(e.code)))`

/** Prints JSON: status and text of one request; \`silent\` if there is no answer. */
const FETCH = `
  const [url, options, ms] = process.argv.slice(1)
  fetch(url, {...JSON.parse(options), signal: AbortSignal.timeout(Number(ms))})
    .then(async r => console.log(JSON.stringify([r.status, await r.text()])), () => console.log('"silent"'))
    .finally(() => process.exit())`

const TTL = {'X-aws-ec2-metadata-token-ttl-seconds': '60'}
const IMDS = 'http://169.254.169.254/latest'

describe('services in a VPC', function () {
  this.timeout(60_000)
  let lab: Lab
  let fabric: VpcFabric
  let world: World
  let upstreamUdp: Socket
  let upstreamTcp: Server

  const lookUp = async (from: string | undefined, server: string, method: string, name: string): Promise<unknown> =>
    JSON.parse(await lab.script(from, LOOKUP, server, method, name))
  const request = async (from: string | undefined, url: string, options: object = {}, ms = 5000): Promise<unknown> =>
    JSON.parse(await lab.script(from, FETCH, url, JSON.stringify(options), String(ms)))
  const a = (): string => lab.namespaceOf('a')
  const tokenOf = async (namespace: string): Promise<string> => {
    const answer = await request(namespace, `${IMDS}/api/token`, {method: 'PUT', headers: TTL})
    if (!Array.isArray(answer) || answer[0] !== 200) throw new Error(`no token: ${JSON.stringify(answer)}`)
    return String(answer[1])
  }

  before(async function () {
    const why = unmetNeed()
    if (why !== undefined) {
      console.log(`    skipped: ${why}`)
      this.skip()
    }
    // A resolver of the host: knows every name, answers `long.test` by TCP only.
    const answerTo = (query: Buffer, tcp: boolean): Buffer => {
      const question = parseQuestion(query)
      if (question === undefined) throw new Error('not a query')
      if (question.name === 'long.test' && !tcp) return encodeTruncated(query, question)
      return encodeAnswer(query, question, {
        rcode: 0,
        records: [{type: 'A', address: tcp ? '192.0.2.99' : '192.0.2.77'}],
      })
    }
    upstreamTcp = createServer(socket => {
      readFrames(socket, query => socket.write(frame(answerTo(query, true))))
    })
    await new Promise<void>(resolve => upstreamTcp.listen(0, '127.0.0.1', resolve))
    const bound = upstreamTcp.address()
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0
    upstreamUdp = createSocket('udp4')
    upstreamUdp.on('message', (query, from) => {
      upstreamUdp.send(answerTo(query, false), from.port, from.address)
    })
    await new Promise<void>(resolve => upstreamUdp.bind(port, '127.0.0.1', resolve))

    lab = await Lab.open(() => [`127.0.0.1:${port}`])
    mkdirSync(join(lab.cache, 'dl'))
    writeFileSync(join(lab.cache, 'dl', 'kubelet'), '0123456789')
    fabric = lab.fabric()
    world = {
      // Without any group: what is link-local passes by security groups.
      nodes: [
        {name: 'a', subnet: 0, address: A, publicIp: lab.publicIp(5), groups: ['empty'], userData: '#!/bin/sh\n'},
        {name: 'b', subnet: 1, address: B, groups: []},
      ],
      groups: {empty: []},
    }
    await lab.sync(fabric, world)
  })
  after(async () => {
    if (lab as Lab | undefined) {
      upstreamUdp.close()
      upstreamTcp.close()
      await lab.close(fabric)
    }
  })

  it('resolve names of instances, both ways, at both addresses', async () => {
    const name = 'ip-10-240-1-12.local-1.compute.internal'
    expect(
      await Promise.all([
        lookUp(a(), '10.240.0.2', 'resolve4', name),
        lookUp(a(), '169.254.169.253', 'resolve4', name),
        lookUp(a(), '10.240.0.2', 'reverse', B),
        lookUp(a(), '10.240.0.2', 'resolve6', name),
        lookUp(a(), '10.240.0.2', 'resolve4', 'ip-10-240-1-99.local-1.compute.internal'),
        lookUp(a(), '10.240.0.2', 'resolve4', 'worker-1'),
      ]),
    ).to.deep.equal([[B], [B], [name], 'ENODATA', 'ENOTFOUND', 'ENOTFOUND'])
  })

  it('ask the host for other names, by TCP too', async () => {
    expect(
      await Promise.all([
        lookUp(a(), '10.240.0.2', 'resolve4', 'deb.example.test'),
        lookUp(a(), '10.240.0.2', 'resolve4', 'long.test'),
      ]),
    ).to.deep.equal([['192.0.2.77'], ['192.0.2.99']])
  })

  it('tell an instance about itself, with a token', async () => {
    const token = await tokenOf(a())
    const headers = {'X-aws-ec2-metadata-token': token}
    const get = (path: string): Promise<unknown> => request(a(), `${IMDS}/${path}`, {headers})
    expect(
      await Promise.all([
        request(a(), `${IMDS}/meta-data/instance-id`),
        get('meta-data/instance-id'),
        get('meta-data/local-ipv4'),
        get('user-data'),
        request(lab.namespaceOf('b'), `${IMDS}/meta-data/instance-id`, {headers}),
      ]),
    ).to.deep.equal([
      [401, ''],
      [200, instanceId('a')],
      [200, A],
      [200, '#!/bin/sh\n'],
      [401, ''],
    ])
  })

  it('keep the hop limit and the disabled endpoint', async () => {
    const inner = `${lab.names.prefix}-inner`
    await run('ip', ['-batch', '-'], {input: `netns add ${inner}\n`})
    try {
      // A container behind the instance's own address: one hop further away.
      await run('ip', ['-n', a(), '-batch', '-'], {
        input: `link add in0 type veth peer name eth0 netns ${inner}\naddr add 10.9.0.1/24 dev in0\nlink set in0 up\n`,
      })
      await run('ip', ['-n', inner, '-batch', '-'], {
        input: 'addr add 10.9.0.2/24 dev eth0\nlink set eth0 up\nroute add default via 10.9.0.1\n',
      })
      const inA = [`--net=/run/netns/${a()}`]
      await run('nsenter', [...inA, 'sysctl', '-qw', 'net.ipv4.ip_forward=1'])
      await run('nsenter', [...inA, 'nft', '-f', '-'], {
        input: 'table ip t {\nchain c {\ntype nat hook postrouting priority 100\noifname eth0 masquerade\n}\n}\n',
      })
      const ask = (ms: number): Promise<unknown> =>
        request(inner, `${IMDS}/api/token`, {method: 'PUT', headers: TTL}, ms)
      expect(await ask(1000)).to.equal('silent')
      const [first, ...rest] = world.nodes
      if (first === undefined) throw new Error('no nodes')
      await lab.sync(fabric, {...world, nodes: [{...first, hopLimit: 2}, ...rest]})
      expect(await ask(5000)).to.have.property('0', 200)
      await lab.sync(fabric, {...world, nodes: [{...first, endpoint: 'disabled'}, ...rest]})
      expect(await request(a(), `${IMDS}/api/token`, {method: 'PUT', headers: TTL})).to.deep.equal([403, ''])
    } finally {
      await run('ip', ['netns', 'del', inner])
      await lab.sync(fabric, world)
    }
  })

  it('hand out the cache, to instances only', async () => {
    const url = `${CACHE_SERVER_URL}/dl/kubelet`
    expect(
      await Promise.all([
        request(a(), url),
        request(a(), url, {headers: {Range: 'bytes=4-'}}),
        request(a(), `${CACHE_SERVER_URL}/dl`),
        request(undefined, `http://${lab.publicIp(770)}/dl/kubelet`, {}, 700),
      ]),
    ).to.deep.equal([[200, '0123456789'], [206, '456789'], [404, ''], 'silent'])
  })

  const killServices = async (): Promise<number> => {
    const pid = await lab.servicesPid()
    process.kill(pid, 'SIGKILL')
    // The kernel takes a moment; the test's own time limit ends this.
    while ((await run('ip', ['netns', 'pids', lab.router])).split('\n').includes(String(pid)));
    return pid
  }

  it('come back when their process died', async () => {
    const killed = await killServices()
    await lab.sync(fabric, world)
    expect(await lab.servicesPid()).not.to.equal(killed)
    expect(await request(a(), `${CACHE_SERVER_URL}/dl/kubelet`)).to.deep.equal([200, '0123456789'])
  })

  it('come back when nothing else changes', async () => {
    await killServices()
    const answers = async (): Promise<unknown> => request(a(), `${CACHE_SERVER_URL}/dl/kubelet`)
    // The test's own time limit ends this.
    while ((await answers()) === 'silent');
    expect(await answers()).to.deep.equal([200, '0123456789'])
  })

  it('outlive the daemon, whose successor finds them', async () => {
    const before = await lab.servicesPid()
    await fabric.close()
    expect(await lookUp(a(), '10.240.0.2', 'resolve4', 'other.test')).to.equal('ESERVFAIL')
    expect(await lookUp(a(), '10.240.0.2', 'reverse', B)).to.have.length(1)
    fabric = lab.fabric()
    await lab.sync(fabric, world)
    expect(await lab.servicesPid()).to.equal(before)
    expect(await lookUp(a(), '10.240.0.2', 'resolve4', 'other.test')).to.deep.equal(['192.0.2.77'])
  })
})
