import {expect} from 'chai'
import {run} from '../../../src/local/host/run.js'
import type {VpcFabric} from '../../../src/local/vpc/vpc-fabric.js'
import {Lab, unmetNeed} from './lab.js'
import type {Node, Rule, World} from './region-fixture.js'

const ALL_OUT: Rule = {protocol: '-1', to: '0.0.0.0/0'}
const A = '10.240.0.11'
const B = '10.240.0.12'
const C = '10.240.1.13'
const POD = '10.200.1.5'

describe('packets in a VPC', function () {
  this.timeout(60_000)
  let lab: Lab
  let fabric: VpcFabric
  let nodes: readonly Node[]
  const groups = {
    web: [
      {protocol: 'tcp', ports: [80, 80], from: '0.0.0.0/0'},
      {protocol: 'icmp', ports: [8, -1], from: '10.240.0.0/16'},
      ALL_OUT,
    ],
    db: [{protocol: 'tcp', ports: [5432, 5433], from: 'web'}],
  } satisfies World['groups']

  const sync = (world: Partial<World> = {}): Promise<void> =>
    lab.sync(fabric, {nodes, groups, routes: [['0.0.0.0/0', 'igw']], ...world})
  const changed = (name: string, change: Partial<Node>): Node[] =>
    nodes.map(node => (node.name === name ? {...node, ...change} : node))
  const a = (): string => lab.namespaceOf('a')
  const b = (): string => lab.namespaceOf('b')
  const c = (): string => lab.namespaceOf('c')

  before(async function () {
    const why = unmetNeed()
    if (why !== undefined) {
      console.log(`    skipped: ${why}`)
      this.skip()
    }
    lab = await Lab.open(() => [])
    fabric = lab.fabric()
    nodes = [
      {name: 'a', subnet: 0, address: A, publicIp: lab.publicIp(5), groups: ['web']},
      {name: 'b', subnet: 0, address: B, publicIp: lab.publicIp(6), groups: ['web']},
      {name: 'c', subnet: 1, address: C, groups: ['db']},
    ]
    await sync()
    await Promise.all([
      ...[80, 81].map(port => lab.listen(b(), port)),
      ...[5432, 5434].map(port => lab.listen(c(), port)),
      lab.listen(a(), 80),
      lab.listen(lab.router, 8080),
    ])
  })
  beforeEach(() => sync())
  after(async () => {
    if (lab as Lab | undefined) await lab.close(fabric)
  })

  describe('security groups', () => {
    it('admit and deny within a subnet, by port', async () => {
      expect(await Promise.all([lab.call(a(), B, 80), lab.callInVain(a(), B, 81)])).to.deep.equal([A, 'silent'])
    })

    it('name each other: members of the group get in, others with the same range do not', async () => {
      expect(await Promise.all([lab.call(a(), C, 5432), lab.callInVain(a(), C, 5434)])).to.deep.equal([A, 'silent'])
      await sync({nodes: changed('a', {groups: []})})
      expect(await lab.callInVain(a(), C, 5432)).to.equal('silent')
      await sync({groups: {...groups, admin: [ALL_OUT]}, nodes: changed('a', {groups: ['admin']})})
      expect(await lab.callInVain(a(), C, 5432)).to.equal('silent')
      expect(await lab.call(a(), B, 80)).to.equal(A)
    })

    it('are stateful: c may send nothing by itself, but answers', async () => {
      expect(await Promise.all([lab.call(b(), C, 5432), lab.callInVain(c(), B, 80)])).to.deep.equal([B, 'silent'])
    })

    it('filter what leaves', async () => {
      await sync({
        groups: {...groups, web: [...groups.web.slice(0, 2), {protocol: 'tcp', ports: [5432, 5432], to: 'db'}]},
      })
      expect(await Promise.all([lab.call(a(), C, 5432), lab.callInVain(a(), B, 80)])).to.deep.equal([A, 'silent'])
    })

    it('know ICMP types', async function () {
      const ping = async (namespace: string, address: string): Promise<boolean> =>
        run('nsenter', [`--net=/run/netns/${namespace}`, 'busybox', 'ping', '-c1', '-W1', address]).then(
          () => true,
          () => false,
        )
      if (
        !(await run('busybox', ['ping', '--help']).then(
          () => true,
          () => false,
        ))
      ) {
        console.log('      skipped: busybox not installed')
        this.skip()
      }
      expect(await Promise.all([ping(a(), B), ping(a(), C)])).to.deep.equal([true, false])
      await sync({groups: {...groups, web: [{protocol: 'icmp', ports: [13, -1], from: '0.0.0.0/0'}, ALL_OUT]}})
      expect(await ping(a(), B)).to.be.false
    })
  })

  describe('source and destination', () => {
    const pod = (): string => `${lab.names.prefix}-pod`
    before(async () => {
      await run('ip', ['-batch', '-'], {input: `netns add ${pod()}\n`})
      await run('ip', ['-n', a(), '-batch', '-'], {
        input: `link add pod0 type veth peer name eth0 netns ${pod()}\naddr add 10.200.1.1/24 dev pod0\nlink set pod0 up\n`,
      })
      await run('ip', ['-n', pod(), '-batch', '-'], {
        input: `link set lo up\naddr add ${POD}/24 dev eth0\nlink set eth0 up\nroute add default via 10.200.1.1\n`,
      })
      await run('nsenter', [`--net=/run/netns/${a()}`, 'sysctl', '-qw', 'net.ipv4.ip_forward=1'])
      await lab.listen(pod(), 80)
    })
    after(() => run('ip', ['netns', 'del', pod()]))

    const podRoute: World['routes'] = [
      ['0.0.0.0/0', 'igw'],
      ['10.200.1.0/24', 'a'],
    ]
    const unchecked = (): Node[] => changed('a', {sourceDestCheck: false})

    it('reaches pods behind a node with a route and without the check', async () => {
      await sync({routes: podRoute, nodes: unchecked()})
      expect(await Promise.all([lab.call(b(), POD, 80), lab.call(pod(), B, 80)])).to.deep.equal([B, POD])
    })

    it('does not with the check', async () => {
      await sync({routes: podRoute})
      expect(await Promise.all([lab.callInVain(b(), POD, 80), lab.callInVain(pod(), B, 80)])).to.deep.equal([
        'silent',
        'silent',
      ])
    })

    it('is checked on the way in and on the way out, each by itself', async () => {
      const udp: Rule = {protocol: 'udp', ports: [53, 53], from: '0.0.0.0/0'}
      const open = {groups: {...groups, web: [udp, ALL_OUT]}, routes: podRoute}
      const [atPod, atB] = await Promise.all([lab.mailbox(pod(), 53), lab.mailbox(b(), 53)])
      await sync(open)
      await lab.send(b(), POD, 53, 'to the pod')
      await lab.send(pod(), B, 53, 'from the pod')
      await sync({...open, nodes: unchecked()})
      await Promise.all([lab.send(b(), POD, 53, 'now to the pod'), lab.send(pod(), B, 53, 'now from the pod')])
      expect(await Promise.all([atPod.until('now to the pod'), atB.until('now from the pod')])).to.deep.equal([[], []])
    })

    it('does not without the route, nor to a stopped node', async () => {
      await sync({nodes: unchecked()})
      expect(await lab.callInVain(b(), POD, 80)).to.equal('silent')
      await sync({
        routes: podRoute,
        nodes: nodes.map(node => (node.name === 'a' ? {...node, sourceDestCheck: false, state: 'stopped'} : node)),
      })
      expect(await lab.callInVain(b(), POD, 80)).to.equal('silent')
    })

    it('prefers the longer prefix', async () => {
      await sync({routes: [...podRoute, [`${POD}/32`, 'c']], nodes: unchecked()})
      expect(await lab.callInVain(b(), POD, 80)).to.equal('silent')
    })

    it('does not match pods by a group their node is in', async () => {
      const web: Rule[] = [{protocol: 'tcp', ports: [80, 80], from: 'web'}, ALL_OUT]
      await sync({routes: podRoute, nodes: unchecked(), groups: {...groups, web}})
      expect(await Promise.all([lab.call(a(), B, 80), lab.callInVain(pod(), B, 80)])).to.deep.equal([A, 'silent'])
    })
  })

  describe('the internet gateway', () => {
    const operator = (): RegExp =>
      new RegExp(
        `^${lab
          .publicIp(3 * 256)
          .replace(/\.\d+$/, '')
          .replaceAll('.', '\\.')}\\.`,
      )

    it('brings the host to public addresses, through security groups', async () => {
      const [open, closed] = await Promise.all([
        lab.call(undefined, lab.publicIp(6), 80),
        lab.callInVain(undefined, lab.publicIp(6), 81),
      ])
      expect(open).to.match(operator())
      expect(closed).to.equal('silent')
    })

    it('does not when it is detached, or has no route', async () => {
      await sync({gatewayAttached: false})
      expect(await lab.callInVain(undefined, lab.publicIp(6), 80)).to.equal('silent')
      await sync({routes: []})
      expect(await lab.callInVain(undefined, lab.publicIp(6), 80)).to.equal('silent')
      await sync()
      expect(await lab.call(undefined, lab.publicIp(6), 80)).to.match(operator())
    })

    it('follows a public address that goes from one instance to another, as an elastic one does', async () => {
      const elastic = lab.publicIp(9)
      const holder = (name: string) => sync({nodes: changed(name, {publicIp: elastic})})
      await holder('b')
      expect(await lab.call(undefined, elastic, 80)).to.match(operator())
      expect(await lab.callInVain(undefined, lab.publicIp(6), 80)).to.equal('silent')
      expect(await lab.call(b(), lab.publicIp(5), 80)).to.equal(elastic)
      await holder('a')
      expect(await lab.call(a(), lab.publicIp(6), 80)).to.equal(elastic)
      await sync()
      expect(await lab.callInVain(undefined, elastic, 80)).to.equal('silent')
    })

    it('does not bring anybody to private addresses', async () => {
      const {hostAddress, routerAddress} = {hostAddress: lab.publicIp(769), routerAddress: lab.publicIp(770)}
      await run('ip', ['route', 'add', `${B}/32`, 'via', routerAddress, 'src', hostAddress])
      try {
        expect(await lab.callInVain(undefined, B, 80)).to.equal('silent')
      } finally {
        await run('ip', ['route', 'del', `${B}/32`])
      }
    })

    it('lets instances reach each other, and themselves, by public address', async () => {
      expect(await Promise.all([lab.call(a(), lab.publicIp(6), 80), lab.call(a(), lab.publicIp(5), 80)])).to.deep.equal(
        [lab.publicIp(5), lab.publicIp(5)],
      )
      // Through the gateway a's address is the public one, which no group has.
      await sync({groups: {...groups, web: [{protocol: 'tcp', ports: [80, 80], from: 'web'}, ALL_OUT]}})
      expect(await Promise.all([lab.call(a(), B, 80), lab.callInVain(a(), lab.publicIp(6), 80)])).to.deep.equal([
        A,
        'silent',
      ])
    })

    it('lets instances out, masqueraded by the host, but not without a public address', async () => {
      const outside = `${lab.names.prefix}-out`
      const link = `${lab.names.prefix}-o`
      await run('ip', ['-batch', '-'], {
        input: [
          `netns add ${outside}`,
          `link add ${link} type veth peer name eth0 netns ${outside}`,
          `addr add 203.0.113.1/24 dev ${link}`,
          `link set ${link} up`,
          '',
        ].join('\n'),
      })
      try {
        await run('ip', ['-n', outside, '-batch', '-'], {
          input:
            'addr add 203.0.113.2/24 dev eth0\nlink set lo up\nlink set eth0 up\nroute add default via 203.0.113.1\n',
        })
        await lab.listen(outside, 80)
        expect(await lab.call(a(), '203.0.113.2', 80)).to.equal('203.0.113.1')
        await sync({nodes: changed('b', {groups: ['db']}), groups: {...groups, db: [...groups.db, ALL_OUT]}})
        const mailbox = await lab.mailbox(outside, 53)
        await lab.send(c(), '203.0.113.2', 53, 'from c')
        await lab.send(b(), '203.0.113.2', 53, 'from b')
        expect(await mailbox.until('from b')).to.deep.equal([])
        // Nobody comes in from there.
        expect(await lab.callInVain(outside, lab.publicIp(5), 80)).to.equal('silent')
        await sync({routes: []})
        expect(await lab.callInVain(a(), '203.0.113.2', 80)).to.equal('silent')
      } finally {
        await run('ip', ['link', 'del', link])
        await run('ip', ['netns', 'del', outside])
      }
    })

    it('keeps the router itself out of reach', async () => {
      expect(
        await Promise.all([
          lab.callInVain(a(), '10.240.0.1', 8080),
          lab.callInVain(undefined, lab.publicIp(770), 8080),
        ]),
      ).to.deep.equal(['silent', 'silent'])
    })
  })

  it('lets nobody send with an address that is not its own, unless the check is off', async () => {
    await run('ip', ['-n', a(), 'addr', 'add', '10.200.7.7/32', 'dev', 'eth0'])
    const routes = [['10.200.7.0/24', 'a']] as const
    await sync({routes})
    expect(await lab.callInVain(a(), B, 80, '10.200.7.7')).to.equal('silent')
    await sync({routes, nodes: changed('a', {sourceDestCheck: false})})
    expect(await lab.call(a(), B, 80, 5000, '10.200.7.7')).to.equal('10.200.7.7')
  })
})
