import type {Instance} from '@aws-sdk/client-ec2'
import {expect} from 'chai'
import {emptyInventory} from '../../../src/aws/inventory.js'
import type {ClusterSpec} from '../../../src/cluster/spec.js'
import {costSoFar} from '../../../src/steps/cost/cost-so-far.js'
import type {Journal} from '../../../src/steps/engine/journal.js'
import {sampleSpec} from '../sample-spec.js'

/** t3.medium with 20 GiB and a public address in us-west-2. */
const EACH = 0.0416 + (20 * 0.08) / 730 + 0.005
const at = (time: string): number => Date.parse(`2026-11-24T${time}:00.000Z`)

describe('what a cluster has cost so far', () => {
  const spec: ClusterSpec = {...sampleSpec({controllers: 1, workers: 1}), provider: 'aws', region: 'us-west-2'}
  const machine = (name: string, launched: string, changes: Partial<Instance> = {}): Instance => ({
    InstanceId: `i-${name}`,
    InstanceType: 't3.medium',
    LaunchTime: new Date(at(launched)),
    State: {Name: 'running'},
    Tags: [{Key: 'khw:step', Value: `compute/instance/${name}`}],
    ...changes,
  })
  const cost = (now: string, instances: Instance[], ended: Instance[] = [], changes: Partial<Journal> = {}) => {
    const journal = {header: {spec, expiresAt: null}, steps: {}, ...changes} as unknown as Journal
    return costSoFar(journal, {...emptyInventory(), instances, ended}, at(now))
  }

  it('is counted from the launch of each machine', () => {
    const found = cost('12:00', [machine('controller-1', '08:00'), machine('worker-1', '10:00')])
    expect(found?.perHour).to.be.closeTo(2 * EACH, 1e-9)
    expect(found?.spent).to.be.closeTo((4 + 2) * EACH, 1e-9)
  })

  it('counts a load balancer from its creation', () => {
    const journal = {header: {spec: {...spec, loadBalancer: 'nlb'}}, steps: {}} as unknown as Journal
    const loadBalancers = [{CreatedTime: new Date(at('08:00')), Tags: [], Listeners: []}]
    const found = costSoFar(journal, {...emptyInventory(), loadBalancers}, at('10:00'))
    expect(found?.spent).to.be.closeTo(2 * (0.0225 + 3 * 0.005), 1e-9)
  })

  it('counts those that were replaced until their end, and of what is there its own type', () => {
    const old = machine('worker-1', '08:00', {
      State: {Name: 'terminated'},
      StateTransitionReason: 'User initiated (2026-11-24 09:30:00 GMT)',
    })
    const found = cost('12:00', [machine('worker-1', '11:00', {InstanceType: 't3.large'})], [old])
    expect(found?.perHour).to.be.closeTo(EACH + 0.0416, 1e-9)
    expect(found?.spent).to.be.closeTo(1.5 * EACH + EACH + 0.0416, 1e-9)
  })

  it('remembers machines that EC2 has forgotten, until they were to end', () => {
    const record = {status: 'done', generation: new Date(at('08:00')).toISOString()}
    const header = {spec, expiresAt: new Date(at('10:00')).toISOString()}
    const steps = {'compute/instance/worker-1': record}
    const found = cost('20:00', [], [], {header, steps} as unknown as Partial<Journal>)
    expect(found).to.include({perHour: 0, currency: 'USD'})
    expect(found?.spent).to.be.closeTo(2 * EACH, 1e-9)
  })

  it('is unknown where a price is, and not worth a word on this machine', () => {
    const found = cost('12:00', [machine('worker-1', '08:00', {InstanceType: 'x9.large' as never})])
    expect(found).to.deep.equal({perHour: null, spent: null, currency: 'USD', unknown: ['x9.large in us-west-2']})
    const header = {spec: sampleSpec({controllers: 1, workers: 1})}
    expect(cost('12:00', [], [], {header} as unknown as Partial<Journal>)).to.equal(null)
  })
})
