import {expect} from 'chai'
import {writeFileSync} from 'node:fs'
import {run} from '../../../src/local/host/run.js'
import type {VpcFabric} from '../../../src/local/vpc/vpc-fabric.js'
import {Lab, unmetNeed} from './lab.js'
import {regionState, VPC, type World} from './region-fixture.js'

const A = '10.240.0.11'
const B = '10.240.1.12'

describe('making and removing a VPC', function () {
  this.timeout(60_000)
  let lab: Lab
  let fabric: VpcFabric
  let world: World

  const reaches = async (): Promise<string> => {
    const listener = lab.listen(lab.namespaceOf('b'), 80)
    await listener
    return lab.call(lab.namespaceOf('a'), B, 80)
  }

  beforeEach(async function () {
    const why = unmetNeed()
    if (why !== undefined) {
      console.log(`    skipped: ${why}`)
      this.skip()
    }
    lab = await Lab.open(() => [])
    fabric = lab.fabric()
    world = {
      nodes: [
        {name: 'a', subnet: 0, address: A, publicIp: lab.publicIp(5), groups: ['all']},
        {name: 'b', subnet: 1, address: B, publicIp: lab.publicIp(6), groups: ['all']},
      ],
      groups: {
        all: [
          {protocol: '-1', from: '0.0.0.0/0'},
          {protocol: '-1', to: '0.0.0.0/0'},
        ],
      },
      routes: [['0.0.0.0/0', 'igw']],
    }
  })
  afterEach(async () => {
    if (lab as Lab | undefined) await lab.close(fabric)
  })

  it('leaves nothing of a VPC that is gone, and nothing at all after removeAll', async () => {
    await lab.sync(fabric, world)
    const pid = Number((await run('ip', ['netns', 'pids', lab.router])).trim().split('\n')[0])
    expect(pid).to.be.greaterThan(0)
    const state = regionState(world)
    state.vpcs = {}
    await fabric.syncVpc(state, VPC)
    expect(await lab.leftovers()).to.deep.equal([])
    expect(() => process.kill(pid, 0)).to.throw('ESRCH')
    await fabric.syncVpc(state, VPC)
    await fabric.removeAll()
    expect(await lab.leftovers()).to.deep.equal([])
    await fabric.removeAll()
  })

  it('takes away an instance that is gone', async () => {
    await lab.sync(fabric, world)
    await lab.sync(fabric, {...world, nodes: world.nodes.slice(1)})
    const left = await lab.leftovers()
    expect(left).to.include(lab.namespaceOf('b')).and.not.include(lab.namespaceOf('a'))
    expect(left.join('\n'))
      .to.include(lab.publicIp(6))
      .and.not.include(`${lab.publicIp(5)} `)
  })

  it('gives a stopped instance its network back', async () => {
    await lab.sync(fabric, world)
    const stopped = world.nodes.map(node => ({...node, state: 'stopped' as const}))
    await lab.sync(fabric, {...world, nodes: stopped})
    // What a guest does to its link when it shuts down.
    await run('ip', ['-n', lab.namespaceOf('a'), 'addr', 'flush', 'dev', 'eth0'])
    await lab.sync(fabric, world)
    expect(await reaches()).to.equal(A)
  })

  it('changes nothing when nothing changed, and asks no program', async () => {
    await lab.sync(fabric, world)
    const path = process.env['PATH']
    process.env['PATH'] = '/nonexistent'
    try {
      await lab.sync(fabric, world)
    } finally {
      process.env['PATH'] = path
    }
  })

  for (const [what, damage] of [
    [
      'an empty file for a namespace',
      () => {
        writeFileSync(`/run/netns/${lab.namespaceOf('a')}`, '')
        return Promise.resolve()
      },
    ],
    [
      'a router without its links',
      async () => {
        await run('ip', ['netns', 'add', lab.router])
      },
    ],
    [
      'an instance without its link',
      async () => {
        await lab.sync(fabric, world)
        await run('ip', ['-n', lab.namespaceOf('a'), 'link', 'del', 'eth0'])
      },
    ],
    [
      'a router that lost its name',
      async () => {
        await lab.sync(fabric, world)
        await run('ip', ['netns', 'del', lab.router])
      },
    ],
    [
      'an instance namespace that lost its name',
      async () => {
        await lab.sync(fabric, world)
        await lab.listen(lab.namespaceOf('a'), 9)
        await run('ip', ['netns', 'del', lab.namespaceOf('a')])
      },
    ],
    [
      'rules and routes of nobody',
      async () => {
        await lab.sync(fabric, world)
        await run('ip', ['-n', lab.router, '-batch', '-'], {
          input: `rule add pref 50 lookup 7\nroute add blackhole 10.0.0.0/8 table 7\nroute add 10.240.0.99 dev uplink table 100\n`,
        })
      },
    ],
    [
      'a host whose firewall was flushed',
      async () => {
        await lab.sync(fabric, world)
        await run('nft', ['delete', 'table', 'ip', lab.names.hostTable])
      },
    ],
  ] satisfies [string, () => Promise<void>][])
    it(`mends ${what}, when a new daemon starts`, async () => {
      await damage()
      await fabric.close()
      fabric = lab.fabric()
      await lab.sync(fabric, world)
      expect(await reaches()).to.equal(A)
      const routes = await run('ip', ['-n', lab.router, 'route', 'show', 'table', 'all'])
      expect(routes).to.not.include('table 7').and.not.include('10.240.0.99')
      expect(await lab.leftovers()).to.include(`table ip ${lab.names.hostTable}`)
    })

  it('removes what a daemon left that forgot all about it', async () => {
    await lab.sync(fabric, world)
    await fabric.close()
    await run('sh', ['-c', `rm -r "${lab.directory}/vpc"`])
    fabric = lab.fabric()
    await fabric.removeAll()
    expect(await lab.leftovers()).to.deep.equal([])
  })
})
