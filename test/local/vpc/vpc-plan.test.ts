import {expect} from 'chai'
import {parseCidr} from '../../../src/cluster/cidr.js'
import type {RegionNames} from '../../../src/local/host/names.js'
import {parseAddresses, parseLinks, parseRoutes, parseRules} from '../../../src/local/vpc/ip-json.js'
import {linkOf} from '../../../src/local/vpc/vpc-interfaces.js'
import {type VpcPlan, vpcPlan} from '../../../src/local/vpc/vpc-plan.js'
import {balancedState} from './balanced-world.js'
import {
  groupId,
  instanceId,
  interfaceId,
  type Node,
  regionState,
  type Rule,
  SUBNETS,
  VPC,
  type World,
} from './region-fixture.js'

const names: RegionNames = {
  prefix: 'khw00002',
  vpcNamespace: () => 'router',
  instanceNamespace: id => `ns-${id.slice(-2)}`,
  loadBalancerNamespace: arn => `lb-${arn.slice(-2)}`,
  uplink: slot => `khw00002-up${slot}`,
  machine: id => id,
  hostTable: 'khw00002',
}
const range = parseCidr('198.18.8.0/22') ?? {base: 0, prefix: 0}
const PUBLIC = '198.18.8.5'
const nodes: readonly Node[] = [
  {name: 'a', subnet: 0, address: '10.240.0.11', publicIp: PUBLIC, groups: ['g']},
  {name: 'b', subnet: 1, address: '10.240.1.12', groups: ['h']},
]
/** 1000 and the last seven digits of the route table's id. */
const NUMBER = 1000 + 0xabcde01

function plan(world: Partial<World> = {}): VpcPlan {
  const made = vpcPlan(regionState({nodes, groups: {g: [], h: []}, ...world}), VPC, names, range)
  if (made === undefined) throw new Error('no plan')
  return made
}

/** The rules of one chain of the ruleset. */
function chainOf(ruleset: string, chain: string): string[] {
  const lines = ruleset.split('\n').map(line => line.trim())
  const start = lines.indexOf(`chain ${chain} {`)
  if (start === -1) throw new Error(`no chain ${chain}`)
  return lines.slice(start + 1, lines.indexOf('}', start))
}

const rulesOf = (rules: readonly Rule[], direction: 'in' | 'out'): string[] =>
  chainOf(plan({groups: {g: rules, h: []}}).ruleset, `${groupId('g')}-${direction}`)

describe('the plan of a VPC', () => {
  it('is none for a VPC that is gone', () => {
    expect(vpcPlan(regionState({nodes, groups: {}}), 'vpc-0', names, range)).to.equal(undefined)
  })

  it('gives every instance its link, but not a terminated one', () => {
    expect(plan().interfaces).to.deep.include({
      link: 'v-0000000061',
      namespace: 'ns-61',
      device: 'eth0',
      macAddress: '02:00:00:00:01:00',
      address: '10.240.0.11',
      prefixLength: 24,
      gateway: '10.240.0.1',
      up: true,
    })
    const states = (['pending', 'running', 'stopping', 'shutting-down', 'stopped', 'terminated'] as const).map(
      state => plan({nodes: [{name: 'a', subnet: 0, address: '10.240.0.11', groups: [], state}]}).interfaces[0]?.up,
    )
    expect(states).to.deep.equal([true, true, true, true, false, undefined])
  })

  it('tells its services of spot instances, and when one is taken back', () => {
    const state = regionState({nodes, groups: {g: [], h: []}})
    const spotOf = (address: string) => vpcPlan(state, VPC, names, range)?.services.instances[address]?.spot
    const a = state.instances[instanceId('a')]
    if (a === undefined) throw new Error('no instance')
    a.spot = {spotInstanceRequestId: 'sir-12345678'}
    expect([spotOf('10.240.0.11'), spotOf('10.240.1.12')]).to.deep.equal([{}, undefined])
    a.spot.interruptedAt = '2026-01-01T00:02:00.000Z'
    expect(spotOf('10.240.0.11')).to.deep.equal({interruptedAt: '2026-01-01T00:02:00.000Z'})
  })

  it("looks packets up in their subnet's own table, else in the main one", () => {
    const state = regionState({nodes, groups: {}, routes: [['0.0.0.0/0', 'igw']]})
    state.routeTables['rtb-2'] = {
      routeTableId: 'rtb-00000000000000002',
      vpcId: VPC,
      routes: [],
      associations: [{routeTableAssociationId: 'rtbassoc-2', subnetId: SUBNETS[1], main: false}],
      tags: [],
    }
    const {rules, publicAddresses} = vpcPlan(state, VPC, names, range) ?? plan()
    expect(rules).to.deep.equal([
      'pref 100 lookup 100',
      `pref 1000 iif v-0000000061 lookup ${NUMBER}`,
      'pref 1000 iif v-0000000062 lookup 1002',
      'pref 32000 not iif lo blackhole',
    ])
    expect(publicAddresses).to.deep.equal([PUBLIC])
  })

  it('routes to the gateway, to nodes, and to nowhere what has no target', () => {
    const routes: World['routes'] = [
      ['0.0.0.0/0', 'igw'],
      ['10.200.1.0/24', 'a'],
      ['10.200.2.0/24', 'nobody'],
    ]
    const of = (world: Partial<World>): string[] =>
      [...plan({routes, ...world}).routes.values()].filter(route => route.endsWith(String(NUMBER)))
    expect(of({})).to.deep.equal([
      `default via 198.18.11.1 dev uplink table ${NUMBER}`,
      `10.200.1.0/24 via 10.240.0.11 dev v-0000000061 onlink table ${NUMBER}`,
      `blackhole 10.200.2.0/24 table ${NUMBER}`,
      `${PUBLIC} dev hair0 table ${NUMBER}`,
    ])
    expect(of({gatewayAttached: false, nodes: nodes.map(node => ({...node, state: 'stopped'}))})).to.deep.equal([
      `blackhole default table ${NUMBER}`,
      `blackhole 10.200.1.0/24 table ${NUMBER}`,
      `blackhole 10.200.2.0/24 table ${NUMBER}`,
    ])
  })

  it('translates only where the route to the gateway is', () => {
    expect(plan({routes: [['0.0.0.0/0', 'igw']]}).publicAddresses).to.deep.equal([PUBLIC])
    expect(plan({routes: [['0.0.0.0/0', 'a']]}).publicAddresses).to.deep.equal([])
    // The gateway's route does not cover the public address: no way round to it, but in from outside.
    const partial = plan({routes: [['203.0.113.0/24', 'igw']]})
    expect(partial.publicAddresses).to.deep.equal([PUBLIC])
    expect([...partial.routes.values()].join()).to.not.include('hair0')
  })

  it('keeps the number of a table when others come and go', () => {
    const state = regionState({nodes, groups: {}})
    state.routeTables['rtb-0'] = {routeTableId: 'rtb-0', vpcId: VPC, routes: [], associations: [], tags: []}
    expect(vpcPlan(state, VPC, names, range)?.rules).to.include(`pref 1000 iif v-0000000061 lookup ${NUMBER}`)
  })

  it('is the same for the same state in another order', () => {
    const state = regionState({nodes, groups: {g: [], h: []}, routes: [['0.0.0.0/0', 'igw']]})
    const turned = structuredClone(state)
    turned.networkInterfaces = Object.fromEntries(Object.entries(turned.networkInterfaces).reverse())
    turned.securityGroups = Object.fromEntries(Object.entries(turned.securityGroups).reverse())
    expect(vpcPlan(turned, VPC, names, range)).to.deep.equal(vpcPlan(state, VPC, names, range))
  })
})

describe('security group rules', () => {
  const cases: readonly (readonly [string, Rule, string])[] = [
    [
      'a port',
      {protocol: 'tcp', ports: [22, 22], from: '192.0.2.1/32'},
      'ip saddr 192.0.2.1/32 tcp dport 22-22 accept',
    ],
    [
      'ports from anywhere',
      {protocol: 'udp', ports: [30000, 32767], from: '0.0.0.0/0'},
      'udp dport 30000-32767 accept',
    ],
    ['a protocol by number', {protocol: '6', ports: [80, 80], from: '0.0.0.0/0'}, 'tcp dport 80-80 accept'],
    ['all ports', {protocol: 'tcp', ports: [0, 65535], from: '0.0.0.0/0'}, 'meta l4proto tcp accept'],
    ['a group', {protocol: '-1', from: 'h'}, 'ip saddr { 10.240.1.12 } accept'],
    ['everything', {protocol: '-1', from: '0.0.0.0/0'}, 'accept'],
    ['another protocol', {protocol: '4', from: '10.0.0.0/8'}, 'ip saddr 10.0.0.0/8 meta l4proto 4 accept'],
    ['all of ICMP', {protocol: 'icmp', from: '0.0.0.0/0'}, 'meta l4proto icmp accept'],
    ['an ICMP type', {protocol: '1', ports: [8, -1], from: '0.0.0.0/0'}, 'meta l4proto icmp icmp type 8 accept'],
    [
      'an ICMP code',
      {protocol: 'icmp', ports: [3, 4], from: '0.0.0.0/0'},
      'meta l4proto icmp icmp type 3 icmp code 4 accept',
    ],
  ]
  for (const [what, rule, text] of cases)
    it(`are written for ${what}`, () => {
      expect(rulesOf([rule], 'in')).to.deep.equal([text])
      expect(rulesOf([rule], 'out')).to.deep.equal([])
    })

  it('match destinations on the way out', () => {
    const rule: Rule = {protocol: 'tcp', ports: [53, 53], to: '10.0.0.2/32'}
    expect(rulesOf([rule], 'out')).to.deep.equal(['ip daddr 10.0.0.2/32 tcp dport 53-53 accept'])
  })

  it('are none where a load balancer was created without groups, and then all may pass', () => {
    const state = balancedState({nodes, groups: {lb: []}, targets: ['a']})
    const chainsOf = (link: string): string[][] => {
      const {ruleset} = vpcPlan(state, VPC, names, range) ?? plan()
      return [chainOf(ruleset, `${link}-in`), chainOf(ruleset, `${link}-out`)]
    }
    const link = linkOf(interfaceId('lb0'))
    const jumps = (['in', 'out'] as const).map(direction => [`jump ${groupId('lb')}-${direction}`, 'drop'])
    expect(chainsOf(link)).to.deep.equal(jumps)
    for (const nic of Object.values(state.networkInterfaces)) nic.groupIds = []
    expect(chainsOf(link)).to.deep.equal([['accept'], ['accept']])
    expect(chainsOf(linkOf(interfaceId('a'))), 'an instance').to.deep.equal([['drop'], ['drop']])
  })

  it('admit nobody by a group without members', () => {
    expect(rulesOf([{protocol: '-1', from: 'empty'}], 'in')).to.deep.equal([])
  })
})

describe('what ip says', () => {
  it('is read as what was asked of it', () => {
    const rules = [
      {priority: 0, src: 'all', table: 'local'},
      {priority: 100, src: 'all', table: '100'},
      {priority: 1000, src: 'all', iif: 'v-1', iif_detached: null, table: '268435000'},
      {priority: 32000, not: null, src: 'all', iif: 'lo', action: 'blackhole'},
      {priority: 32766, src: 'all', table: 'main'},
    ]
    expect(parseRules(JSON.stringify(rules))).to.deep.equal([
      'pref 100 lookup 100',
      'pref 1000 iif v-1 lookup 268435000',
      'pref 32000 not iif lo blackhole',
    ])
    const routes = [
      {dst: '10.200.1.0/24', gateway: '10.240.0.11', dev: 'v-1', table: '7', flags: ['onlink']},
      {type: 'blackhole', dst: 'default', table: '7', flags: []},
      {dst: '198.18.8.5', dev: 'hair0', table: '7', scope: 'link', flags: []},
      {dst: '198.18.11.0/30', dev: 'uplink', protocol: 'kernel', scope: 'link', flags: []},
      {type: 'local', dst: '127.0.0.1', dev: 'lo', table: 'local', protocol: 'kernel', flags: []},
    ]
    expect([...parseRoutes(JSON.stringify(routes))]).to.deep.equal([
      ['10.200.1.0/24 table 7', '10.200.1.0/24 via 10.240.0.11 dev v-1 onlink table 7'],
      ['default table 7', 'blackhole default table 7'],
      ['198.18.8.5 table 7', '198.18.8.5 dev hair0 table 7'],
    ])
    const links = [
      {ifname: 'lo', flags: ['LOOPBACK', 'UP']},
      {ifname: 'v-1', flags: []},
    ]
    expect(parseLinks(JSON.stringify(links))).to.deep.equal([
      {name: 'lo', up: true},
      {name: 'v-1', up: false},
    ])
    expect(parseAddresses('[{"ifname":"lo","addr_info":[{"local":"10.0.0.1","prefixlen":32}]}]', 'lo')).to.deep.equal([
      '10.0.0.1/32',
    ])
    expect(parseLinks('')).to.deep.equal([])
  })
})
