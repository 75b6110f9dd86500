import {expect} from 'chai'
import {createSocket, type Socket} from 'node:dgram'
import {mkdtempSync, rmSync} from 'node:fs'
import {connect} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {KhwError} from '../../../src/errors.js'
import {startDnsForwarder} from '../../../src/local/vpc/dns-forwarder.js'
import {ask} from '../../../src/local/vpc/dns-framing.js'
import {serviceTables} from '../../../src/local/vpc/service-tables.js'
import {
  encodeAnswer,
  encodeTruncated,
  parseQuestion,
  type Question,
  RCODE,
  TYPE,
  udpLimit,
} from '../../../src/local/vpc/services/dns-message.js'
import {answerFromVpc} from '../../../src/local/vpc/services/vpc-zone.js'
import {balancedState, DNS_NAME} from './balanced-world.js'
import {regionState, VPC} from './region-fixture.js'

/** A query with id 0x1234 and recursion desired; `edns`: the size an OPT record offers. */
function query(name: string, type: number, edns?: number): Buffer {
  const labels = name.split('.').flatMap(label => [label.length, ...Buffer.from(label)])
  const opt = edns === undefined ? [] : [0, 0, TYPE.OPT, edns >> 8, edns & 255, 0, 0, 0, 0, 0, 0]
  return Buffer.from([
    0x12,
    0x34,
    1,
    0,
    0,
    1,
    0,
    0,
    0,
    0,
    0,
    opt.length > 0 ? 1 : 0,
    ...labels,
    0,
    0,
    type,
    0,
    1,
    ...opt,
  ])
}

function questionOf(message: Buffer): Question {
  const question = parseQuestion(message)
  if (question === undefined) throw new Error('no question')
  return question
}

describe('the name of a load balancer', () => {
  it('is found in whatever case it was given', () => {
    const state = balancedState({nodes: [], groups: {}, targets: []})
    for (const item of Object.values(state.loadBalancers)) Object.assign(item, {dnsName: `Web-${item.dnsName}`})
    const vpc = state.vpcs[VPC]
    if (vpc === undefined) throw new Error('no VPC')
    const tables = serviceTables(state, vpc, [])
    const found = answerFromVpc(tables, {name: `web-${DNS_NAME}`, type: TYPE.A, end: 0})
    expect(found?.records).to.have.length(2)
  })
})

describe('DNS messages', () => {
  it('are read', () => {
    const message = query('Www.Example.test', TYPE.A)
    expect(parseQuestion(message)).to.deep.equal({name: 'www.example.test', type: 1, end: message.length})
    expect(udpLimit(message, questionOf(message))).to.equal(512)
    const large = query('a.test', TYPE.AAAA, 1232)
    expect(udpLimit(large, questionOf(large))).to.equal(1232)
  })

  it('are refused when they are cut, compressed or answers', () => {
    const good = query('a.test', TYPE.A)
    for (let length = 0; length < good.length; length++)
      expect(parseQuestion(good.subarray(0, length))).to.equal(undefined)
    const pointer = Buffer.from(good)
    pointer[12] = 0xc0
    expect(parseQuestion(pointer)).to.equal(undefined)
    const answer = Buffer.from(good)
    answer[2] = 0x81
    expect(parseQuestion(answer)).to.equal(undefined)
  })

  it('are written byte for byte as RFC 1035 says', () => {
    const message = query('a.test', TYPE.A, 4096)
    const question = questionOf(message)
    const body = message.subarray(12, question.end).toString('hex')
    const answer = encodeAnswer(message, question, {rcode: 0, records: [{type: 'A', address: '10.0.0.7'}]})
    expect(answer.toString('hex')).to.equal(
      `1234 8180 0001 0001 0000 0000 ${body} c00c 0001 0001 00000005 0004 0a000007`.replaceAll(' ', ''),
    )
    expect(encodeTruncated(message, question).toString('hex')).to.equal(`123483800001000000000000${body}`)
    const name = encodeAnswer(message, question, {rcode: 0, records: [{type: 'PTR', name: 'b.c'}]})
    expect(name.subarray(-7).toString('hex')).to.equal('00050162016300')
  })
})

describe("the VPC's own names", () => {
  const state = regionState({
    nodes: [{name: 'a', subnet: 0, address: '10.240.0.11', publicIp: '198.18.0.5', groups: []}],
    groups: {},
  })
  const [networkInterface] = Object.values(state.networkInterfaces)
  const [instance] = Object.values(state.instances)
  const [vpc] = Object.values(state.vpcs)
  const [subnet] = Object.values(state.subnets)
  if (!networkInterface || !instance || !vpc || !subnet) throw new Error('the fixture is empty')
  const place = {link: '', namespace: '', device: '', gateway: '', prefixLength: 24, up: true}
  const tables = serviceTables(state, vpc, [{networkInterface, instance, subnet, ...place}])
  const answer = (name: string, type: number): unknown => answerFromVpc(tables, {name, type, end: 0})
  const nothing = {rcode: RCODE.noError, records: []}
  const none = {rcode: RCODE.nameError, records: []}
  const address = {rcode: RCODE.noError, records: [{type: 'A', address: '10.240.0.11'}]}

  it('are answered', () => {
    expect(answer('ip-10-240-0-11.local-1.compute.internal', TYPE.A)).to.deep.equal(address)
    expect(answer('ip-10-240-0-11.local-1.compute.internal', TYPE.AAAA)).to.deep.equal(nothing)
    expect(answer('ec2-198-18-0-5.local-1.compute.amazonaws.com', TYPE.A)).to.deep.equal(address)
    expect(answer('11.0.240.10.in-addr.arpa', TYPE.PTR)).to.deep.equal({
      rcode: RCODE.noError,
      records: [{type: 'PTR', name: 'ip-10-240-0-11.local-1.compute.internal'}],
    })
  })

  it('are denied when nobody has them, and single labels too', () => {
    expect(answer('ip-10-240-0-12.local-1.compute.internal', TYPE.A)).to.deep.equal(none)
    expect(answer('worker-1.local-1.compute.internal', TYPE.A)).to.deep.equal(none)
    expect(answer('12.0.240.10.in-addr.arpa', TYPE.PTR)).to.deep.equal(none)
    expect(answer('worker-1', TYPE.A)).to.deep.equal(none)
    expect(answer('local-1.compute.internal', TYPE.A)).to.deep.equal(nothing)
  })

  it('are no others', () => {
    for (const name of ['deb.debian.org', '1.2.0.192.in-addr.arpa', 'compute.internal.example'])
      expect(answer(name, TYPE.A)).to.equal(undefined)
    expect(answer('com', 2)).to.equal(undefined)
  })
})

describe('the forwarder', () => {
  let directory: string
  let upstream: Socket
  let asked: number
  let silent: boolean
  let resolver: string
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'khw-dns-'))
    asked = 0
    silent = false
    upstream = createSocket('udp4')
    upstream.on('message', (message, from) => {
      asked++
      // The wrong id first: somebody else's answer.
      const wrong = Buffer.from(message)
      wrong[0] = (wrong[0] ?? 0) ^ 0xff
      if (silent) return
      upstream.send(wrong, from.port, from.address)
      const reply = encodeAnswer(message, questionOf(message), {rcode: 0, records: [{type: 'A', address: '192.0.2.1'}]})
      upstream.send(reply, from.port, from.address)
    })
    await new Promise<void>(resolve => upstream.bind(0, '127.0.0.1', resolve))
    resolver = `127.0.0.1:${upstream.address().port}`
  })
  afterEach(() => {
    upstream.close()
    rmSync(directory, {recursive: true})
  })

  const lookUp = (socketPath: string): Promise<string> =>
    ask(connect(socketPath), query('a.test', TYPE.A), 20_000).then(
      answer => [...answer.subarray(-4)].join('.'),
      (error: unknown) => (error instanceof Error ? error.message : ''),
    )

  it('asks the next resolver when one does not answer', async () => {
    const socketPath = join(directory, 's')
    // Nothing listens there, which the host says at once.
    const forwarder = await startDnsForwarder(socketPath, {resolvers: () => ['127.0.0.1:1', resolver]})
    expect(await lookUp(socketPath)).to.equal('192.0.2.1')
    await forwarder.close()
  })

  it('asks the next resolver when there is no way to one, as on a machine without a network', async () => {
    const socketPath = join(directory, 's')
    // The kernel refuses to connect to it, as it does where it has no route.
    const forwarder = await startDnsForwarder(socketPath, {resolvers: () => ['255.255.255.255', resolver]})
    expect(await lookUp(socketPath)).to.equal('192.0.2.1')
    await forwarder.close()
  })

  it('leaves a resolver alone that failed three times, for a while', async () => {
    const socketPath = join(directory, 's')
    let time = 0
    silent = true
    const forwarder = await startDnsForwarder(socketPath, {resolvers: () => [resolver], now: () => time})
    const failures = await Promise.all([lookUp(socketPath), lookUp(socketPath), lookUp(socketPath)])
    expect(failures).to.deep.equal(Array.from({length: 3}, () => 'the stream ended without an answer'))
    silent = false
    expect(await lookUp(socketPath)).to.equal('the stream ended without an answer')
    expect(asked).to.equal(3)
    time = 10_001
    expect(await lookUp(socketPath)).to.equal('192.0.2.1')
    await forwarder.close()
  })

  it('takes the place of one that crashed, and says when the path is too long', async () => {
    const socketPath = join(directory, 's')
    const first = await startDnsForwarder(socketPath, {resolvers: () => []})
    const second = await startDnsForwarder(socketPath, {resolvers: () => [resolver]})
    expect(await lookUp(socketPath)).to.equal('192.0.2.1')
    await Promise.all([first.close(), second.close()])
    let error: unknown
    await startDnsForwarder(join(directory, 'x'.repeat(100))).catch((e: unknown) => (error = e))
    expect(error).to.be.instanceOf(KhwError).with.property('code', 'HOME_NOT_WRITABLE')
  })
})
