import {expect} from 'chai'
import {clusterCost, costFor, costText, machineCost} from '../../src/cluster/cost.js'
import {checkCostLimit, refuseCost} from '../../src/cluster/cost-limit.js'
import {instancePrice, loadBalancerPrice, pricesAsOf, volumePrice} from '../../src/cluster/prices.js'
import {clusterSpec, type ClusterSpec} from '../../src/cluster/spec.js'
import {SPEC_INPUT} from './spec-input.js'

const HOUR = 3_600_000

function spec(changes: Partial<ClusterSpec> = {}): ClusterSpec {
  return clusterSpec({...SPEC_INPUT, name: 'lab', ...changes})
}

describe('the price list', () => {
  it('says of when it is, and how old it is once it is old', () => {
    expect(pricesAsOf(Date.UTC(2025, 11, 31))).to.equal('June 2025')
    expect(pricesAsOf(Date.UTC(2026, 0, 1))).to.equal('June 2025, 7 months ago')
    expect(pricesAsOf(Date.UTC(2026, 10, 26))).to.equal('June 2025, 17 months ago')
  })

  it("has AWS's own figures, each size twice the one below", () => {
    // As published, one by one, where this file's table has only the `large` one.
    const published: readonly (readonly [string, string, number])[] = [
      ['t3.nano', 'us-east-1', 0.0052],
      ['t3.medium', 'us-west-2', 0.0416],
      ['t3.small', 'eu-central-1', 0.024],
      ['t3a.2xlarge', 'eu-west-1', 0.3264],
      ['t4g.micro', 'us-east-2', 0.0084],
      ['m5.xlarge', 'eu-west-1', 0.214],
      ['m6g.medium', 'us-east-1', 0.0385],
      ['m7i.2xlarge', 'us-east-1', 0.4032],
      ['c5.4xlarge', 'us-west-2', 0.68],
      ['r5.2xlarge', 'eu-central-1', 0.608],
    ]
    for (const [type, region, dollars] of published)
      expect(instancePrice(type, region), `${type} ${region}`).to.be.closeTo(dollars, 0.00005)
    expect(volumePrice(20, 'us-west-2')).to.be.closeTo(1.6 / 730, 1e-9)
    expect(loadBalancerPrice('eu-central-1')).to.equal(0.027)
  })

  it('knows nothing of what is not in it, instead of guessing', () => {
    for (const [type, region] of [
      ['t3.medium', 'ap-south-2'],
      ['x9.large', 'us-west-2'],
      ['m5.medium', 'us-west-2'],
      ['t3.24xlarge', 'us-west-2'],
      ['m7g.large', 'eu-west-1'],
      ['t3', 'us-west-2'],
    ] as const)
      expect(instancePrice(type, region), `${type} ${region}`).to.equal(undefined)
    expect(volumePrice(20, 'ap-south-2')).to.equal(undefined)
  })
})

describe('the cost of a cluster', () => {
  it('is that of its machines, volumes and public addresses', () => {
    const each = 0.0416 + (20 * 0.08) / 730 + 0.005
    expect(clusterCost(spec())?.perHour).to.be.closeTo(6 * each, 1e-9)
    const mixed = clusterCost(spec({workers: 1, workerType: 'm5.large', volumeSize: 100}))
    const volume = (100 * 0.08) / 730
    expect(mixed?.perHour).to.be.closeTo(3 * (0.0416 + volume + 0.005) + 0.096 + volume + 0.005, 1e-9)
    expect(machineCost(spec(), 'worker', 't3.large').perHour).to.be.closeTo(each + 0.0416, 1e-9)
  })

  it('is that of a load balancer, too, with an address in each of its subnets', () => {
    const whole = clusterCost(spec())?.perHour ?? 0
    expect(clusterCost(spec({loadBalancer: 'nlb'}))?.perHour).to.be.closeTo(whole + 0.0225 + 3 * 0.005, 1e-9)
    expect(clusterCost(spec({loadBalancer: 'none'}))?.perHour).to.equal(whole)
    expect(clusterCost(spec({loadBalancer: 'nlb', region: 'ap-south-2'}))?.unknown).to.include(
      'a Network Load Balancer in ap-south-2',
    )
  })

  it('is less for workers without a public address, and no more than that on the spot market', () => {
    const whole = clusterCost(spec())?.perHour ?? 0
    const existing = {vpcId: 'vpc-1', publicSubnets: ['subnet-1'], privateSubnets: ['subnet-2']}
    const hidden = clusterCost({...spec(), network: {...spec().network, existing}})
    expect(hidden?.perHour).to.be.closeTo(whole - 3 * 0.005, 1e-9)
    expect(clusterCost({...spec(), network: {...spec().network, privateWorkers: true}})?.perHour).to.equal(
      hidden?.perHour,
    )
    const spot = clusterCost(spec({spot: true}))
    expect(spot).to.include({perHour: whole, atMost: true})
    expect(spot && costText(spot, HOUR)).to.match(/^at most \$0\.29 an hour/)
  })

  it('is that of the dearest of the types that a machine may be, and unknown if one of them is', () => {
    const dear = clusterCost(spec({fallbackTypes: {worker: ['m5.4xlarge', 't3a.medium']}}))
    expect(dear?.perHour).to.be.closeTo(clusterCost(spec({workerType: 'm5.4xlarge'}))?.perHour ?? 0, 1e-9)
    expect(dear && costText(dear, HOUR)).to.match(/^at most \$/)
    expect(() => {
      refuseCost(dear, {amount: 0.5, per: 'hour'}, null)
    }).to.throw(/could cost .* more than --max-cost 0\.5\/h allows/)
    const unknown = clusterCost(spec({fallbackTypes: {controller: ['x9.large']}}))
    expect(unknown).to.deep.equal({perHour: null, unknown: ['x9.large in us-west-2']})
    expect(clusterCost(spec({fallbackTypes: {worker: []}}))).to.deep.equal(clusterCost(spec()))
  })

  it('is nothing on this machine, and unknown where one price is', () => {
    expect(clusterCost(spec({provider: 'local'}))).to.equal(null)
    const cost = clusterCost(spec({workerType: 'x9.large'}))
    expect(cost).to.deep.equal({perHour: null, unknown: ['x9.large in us-west-2']})
    expect(cost && costFor(cost, HOUR)).to.equal(null)
    expect(cost && costText(cost, HOUR)).to.match(/^unknown: .* lacks x9\.large in us-west-2$/)
  })

  it('is said an hour and until it ends', () => {
    const cost = {perHour: 0.2927, unknown: []}
    expect(costText(cost, 8 * HOUR)).to.match(
      /^\$0\.29 an hour, \$2\.34 for its 8 hours \(list prices of \w+ 20\d\d(, \d+ months ago)?\)$/,
    )
    expect(costText(cost, 1.5 * HOUR)).to.include('$0.44 for its 1.5 hours')
    expect(costText(cost, null)).to.include('$7.02 a day, without end')
  })
})

describe('--max-cost', () => {
  const cost = clusterCost(spec())

  it('lets through what costs less, in all or an hour, and what costs nothing', () => {
    refuseCost(cost, {amount: 2.35, per: 'ttl'}, 8 * HOUR)
    refuseCost(cost, {amount: 0.3, per: 'hour'}, null)
    refuseCost(cost, undefined, null)
    refuseCost(null, {amount: 0, per: 'ttl'}, null)
  })

  it('refuses what costs more, with the cost and what to do', () => {
    expect(() => {
      refuseCost(cost, {amount: 2.34, per: 'ttl'}, 8 * HOUR)
    })
      .to.throw('would cost $2.34 in all, more than --max-cost 2.34 allows')
      .with.property('code', 'COST_LIMIT')
    expect(() => {
      refuseCost(cost, {amount: 0.2, per: 'hour'}, 8 * HOUR)
    }).to.throw('would cost $0.29 an hour, more than --max-cost 0.2/h allows')
  })

  it('refuses what has an unknown price, and an amount for what never ends', () => {
    const unknown = clusterCost(spec({region: 'ap-south-2'}))
    expect(() => {
      refuseCost(unknown, {amount: 1_000, per: 'hour'}, null)
    }).to.throw('Nobody can say')
    expect(() => {
      checkCostLimit({amount: 5, per: 'ttl'}, null)
    })
      .to.throw('never ends')
      .with.property('suggestions')
      .include('Or let it end: --ttl 8h')
    checkCostLimit({amount: 5, per: 'ttl'}, HOUR)
    checkCostLimit({amount: 0.5, per: 'hour'}, null)
  })
})
