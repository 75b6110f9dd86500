import {expect} from 'chai'
import {ingressRules} from '../../src/steps/network/rule-table.js'
import {operatorRanges} from '../../src/cluster/operator-ranges.js'
import type {StepContext} from '../../src/steps/engine/context.js'
import {permissionOf} from '../../src/steps/network/ip-permissions.js'
import {securityGroupRules} from '../../src/steps/network/security-group-rules.js'
import {sampleSpec} from './sample-spec.js'

describe('security group rules', () => {
  const rules = ingressRules(sampleSpec({controllers: 3, workers: 3}), ['203.0.113.7/32'])

  it('open nothing to the world', () => {
    for (const rule of rules) if ('cidr' in rule.from) expect(rule.from.cidr).not.to.match(/\/0$/)
  })

  it('let only controllers at etcd', () => {
    const etcd = rules.filter(r => r.target === 'controller' && r.ports && r.ports[0] <= 2380 && r.ports[1] >= 2379)
    expect(etcd.map(r => r.from)).to.deep.equal([{group: 'controller'}])
  })

  it('admit pods by their range, as a group stands for its members own addresses only', () => {
    const pods = rules.filter(r => 'cidr' in r.from && r.from.cidr === '10.200.0.0/16')
    expect(pods.map(r => [r.target, r.protocol])).to.deep.equal([
      ['controller', 'tcp'],
      ['worker', '-1'],
    ])
  })

  it('open SSH and the API to the operator alone', () => {
    const operator = rules.filter(r => 'cidr' in r.from && r.from.cidr === '203.0.113.7/32')
    expect(operator.map(r => [r.target, r.ports?.[0]])).to.deep.equal([
      ['controller', 22],
      ['controller', 6443],
      ['worker', 22],
    ])
  })

  it('let the operator at the load balancer, and that alone at what it asks the controllers', () => {
    const balanced = ingressRules(sampleSpec({controllers: 3, workers: 3, loadBalancer: 'nlb'}), ['203.0.113.7/32'])
    const more = balanced.slice(rules.length)
    expect(more.map(r => [r.target, r.from, r.ports?.[0]])).to.deep.equal([
      ['load-balancer', {cidr: '203.0.113.7/32'}, 6443],
      ['controller', {group: 'load-balancer'}, 6443],
      ['controller', {group: 'load-balancer'}, 6444],
    ])
    // A context for each controller needs its own way in.
    expect(balanced).to.deep.include.members([...rules])
    expect(balanced.filter(r => r.ports?.[0] === 6444)).to.have.length(1)
  })

  it('are the same to the steps after them, however many ranges outside there are', () => {
    const spec = sampleSpec({controllers: 3, workers: 3})
    const ids = {controller: 'sg-1', worker: 'sg-2'}
    const groups = {controller: {groupId: ids.controller}, worker: {groupId: ids.worker}}
    for (const target of ['controller', 'worker'] as const) {
      const found = (open: readonly string[], wanted = open) => {
        const own = ingressRules(spec, open).filter(rule => rule.target === target)
        const securityGroups = [{GroupId: ids[target], IpPermissions: own.map(rule => permissionOf(rule, ids))}]
        const context = {inventory: {securityGroups}, access: operatorRanges(wanted)} as unknown as StepContext
        return securityGroupRules(spec, target).find?.(context, groups)
      }
      // As khw's journals have had it for one range always.
      const one = {rules: rules.filter(rule => rule.target === target).length}
      expect(found(['203.0.113.7/32'])).to.deep.equal(one)
      expect(found(['203.0.113.7/32', '192.0.2.0/28'])).to.deep.equal(one)
      expect(found(['203.0.113.7/32'], ['203.0.113.7/32', '192.0.2.0/28'])).to.equal(undefined)
    }
  })

  it('say why each of them is there', () => {
    for (const rule of rules) expect(rule.why).to.match(/\w+ \w+/)
  })
})
