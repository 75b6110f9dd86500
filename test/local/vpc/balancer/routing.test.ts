import {expect} from 'chai'
import type {TargetHealth} from '../../../../src/local/fabric.js'
import {balancerConfig, type BalancerConfig} from '../../../../src/local/vpc/balancer/balancer-config.js'
import {balancerRuleset} from '../../../../src/local/vpc/balancer/balancer-ruleset.js'
import {receivers, rejectors, zonesInDns} from '../../../../src/local/vpc/balancer/routing.js'
import {balancedState, BALANCER, LOAD_BALANCER, type Balanced} from '../balanced-world.js'
import type {Node} from '../region-fixture.js'

const nodes: Node[] = [
  {name: 'a', subnet: 0, address: '10.240.0.11', groups: []},
  {name: 'b', subnet: 1, address: '10.240.1.12', groups: []},
  {name: 'c', subnet: 1, address: '10.240.1.13', groups: []},
]

function config(world: Partial<Balanced> = {}): BalancerConfig {
  const state = balancedState({nodes, groups: {}, targets: ['a', 'b', 'c'], ...world})
  const balancer = state.loadBalancers[LOAD_BALANCER]
  if (balancer === undefined) throw new Error('the fixture has no load balancer')
  return balancerConfig(
    state,
    balancer,
    BALANCER.map((address, index) => ({
      availabilityZone: `local-1${'ab'[index] ?? ''}`,
      device: `v-${index}`,
      address,
    })),
  )
}

describe('where a load balancer sends connections', () => {
  /** Last parts of the addresses that the zones send to; those named are not healthy. */
  const sends = (made: BalancerConfig, health: Record<string, TargetHealth>): string[] => {
    const healthOf = healthIn(made, health)
    const [group] = Object.values(made.groups)
    return made.zones.map(zone =>
      (group === undefined ? [] : receivers(group, zone, healthOf)).map(target => last(target.address)).join(' '),
    )
  }
  const last = (address: string): string => address.split('.').at(-1) ?? ''
  const healthIn = (made: BalancerConfig, health: Record<string, TargetHealth>) => (key: string) => {
    const target = Object.values(made.groups)
      .flatMap(({targets}) => targets)
      .find(each => each.key === key)
    return health[last(target?.address ?? '')] ?? 'healthy'
  }

  it('is the zone they came to, or all zones', () => {
    expect(sends(config(), {})).to.deep.equal(['11', '12 13'])
    expect(sends(config({crossZone: true}), {})).to.deep.equal(['11 12 13', '11 12 13'])
    const off = {'load_balancing.cross_zone.enabled': 'false'}
    expect(sends(config({crossZone: true, groupAttributes: off}), {})).to.deep.equal(['11', '12 13'])
  })

  it('is a healthy target, or any where none is healthy', () => {
    expect(sends(config(), {12: 'unhealthy', 11: 'initial'})).to.deep.equal(['11', '13'])
    expect(sends(config(), {12: 'unhealthy', 13: 'initial'})).to.deep.equal(['11', '12 13'])
  })

  it('is no target that drains, is stopped or is elsewhere', () => {
    const stopped = nodes.map(node => (node.name === 'b' ? {...node, state: 'stopped' as const} : node))
    expect(sends(config({nodes: stopped}), {})).to.deep.equal(['11', '13'])
    const starting = nodes.map(node => (node.name === 'b' ? {...node, state: 'pending' as const} : node))
    expect(sends(config({nodes: starting}), {})).to.deep.equal(['11', '12 13'])
    expect(sends(config({targets: ['a']}), {})).to.deep.equal(['11', ''])
    expect(config({state: 'provisioning'})).to.deep.include({listeners: [], groups: {}})
  })

  it('is in DNS if it has a healthy target; all are if none has', () => {
    const zones = (health: Record<string, TargetHealth>) => zonesInDns(config(), healthIn(config(), health))
    expect(zones({})).to.deep.equal(['local-1a', 'local-1b'])
    expect(zones({11: 'unhealthy', 12: 'unhealthy'})).to.deep.equal(['local-1b'])
    expect(zones({11: 'unhealthy', 12: 'unhealthy', 13: 'initial'})).to.deep.equal(['local-1a', 'local-1b'])
  })

  it('ends for unhealthy targets that nobody is sent to', () => {
    const ended = (world: Partial<Balanced>, health: Record<string, TargetHealth>) =>
      rejectors(config(world), healthIn(config(world), health)).map(({address}) => last(address))
    expect(ended({}, {12: 'unhealthy'})).to.deep.equal(['12'])
    expect(ended({}, {11: 'unhealthy'}), 'the zone has no other').to.deep.equal([])
    const kept = {'target_health_state.unhealthy.connection_termination.enabled': 'false'}
    expect(ended({groupAttributes: kept}, {12: 'unhealthy'})).to.deep.equal([])
    const drained = {...kept, 'target_health_state.unhealthy.draining_interval_seconds': '25'}
    expect(ended({groupAttributes: drained}, {12: 'unhealthy.draining'})).to.deep.equal([])
    expect(ended({groupAttributes: drained}, {12: 'unhealthy'})).to.deep.equal(['12'])
    expect(sends(config({groupAttributes: drained}), {12: 'unhealthy.draining'})).to.deep.equal(['11', '13'])
  })

  it('is said to the kernel', () => {
    const ruleset = (world: Partial<Balanced>) => balancerRuleset(config(world), () => 'healthy')
    const plain = ruleset({})
    expect(plain).to.contain(`iifname "v-0" ip daddr ${BALANCER[0]} tcp dport 443 jump listener-443-0`)
    expect(plain).to.contain('numgen inc mod 2 vmap { 0 : jump listener-443-1-0, 1 : jump listener-443-1-1 }')
    expect(plain).to.contain('ct mark set 1')
    expect(ruleset({groupAttributes: {'stickiness.enabled': 'true'}})).to.contain('jhash ip saddr mod 2')
    expect(ruleset({groupAttributes: {'preserve_client_ip.enabled': 'true'}})).not.to.contain('ct mark set')
    expect(ruleset({targets: ['a']})).to.contain(`ip daddr ${BALANCER[1]} tcp dport 443 reject with tcp reset`)
  })
})
