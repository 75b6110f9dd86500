import {expect} from 'chai'
import {eventually, faultyRegion, type FaultyRegion} from '../faults/faulty-region.js'
import {codeOf, elbNetwork, loadBalancer, targetGroup, type ElbNetwork} from './elb-network.js'

describe('faults of load balancers', () => {
  let region: FaultyRegion
  let net: ElbNetwork
  beforeEach(async () => {
    region = await faultyRegion()
    net = await elbNetwork(region)
  })
  afterEach(() => region.close())

  it('hit calls, before and after they are done', async () => {
    const how = {code: 'InternalFailure', status: 500}
    region.faults.set({calls: [{action: 'elasticloadbalancing:CreateLoadBalancer', nth: 1, when: 'after', how}]})
    expect(await codeOf(loadBalancer(region, net))).to.equal('InternalFailure')
    expect(Object.keys(region.store.state.loadBalancers)).to.have.length(1)
    expect(await codeOf(loadBalancer(region, net)), 'the same call again').to.equal('no error')
    expect(Object.keys(region.store.state.loadBalancers)).to.have.length(1)
    region.faults.set({calls: [{action: 'elasticloadbalancing:*', when: 'before', how: 'drop'}]})
    expect(await codeOf(region.elb.describeLoadBalancers({}))).not.to.equal('no error')
  })

  it('throttle them in their own words, and apart from EC2’s', async () => {
    const buckets = [{action: 'DescribeTags', capacity: 1, refillPerSecond: 0.001}]
    const arn = await loadBalancer(region, net)
    region.faults.set({throttle: {buckets}})
    const {ec2, elb} = region
    const calls = [
      () => elb.describeTags({ResourceArns: [arn]}),
      () => ec2.describeTags({}),
      () => elb.describeTags({ResourceArns: [arn]}),
      () => ec2.describeTags({}),
    ]
    const codes: string[] = []
    for (const call of calls) codes.push(await codeOf(call()))
    expect(codes).to.deep.equal(['no error', 'no error', 'Throttling', 'RequestLimitExceeded'])
  })

  it('hide what is new', async () => {
    region.faults.set({visibility: {byId: 2000, byTag: 5000}})
    const {elb} = region
    const arn = await loadBalancer(region, net)
    const group = await targetGroup(region, net)
    const seen = async () => [
      await codeOf(elb.describeLoadBalancers({LoadBalancerArns: [arn]})),
      await codeOf(elb.describeLoadBalancers({Names: ['web']})),
      await codeOf(elb.describeTargetHealth({TargetGroupArn: group})),
      (await elb.describeLoadBalancers({})).LoadBalancers?.length,
    ]
    expect(await seen()).to.deep.equal(['LoadBalancerNotFound', 'LoadBalancerNotFound', 'TargetGroupNotFound', 0])
    region.advance(2000)
    expect(await seen()).to.deep.equal(['no error', 'no error', 'no error', 0])
    region.advance(3000)
    expect((await seen())[3]).to.equal(1)
    const {GroupId} = await region.ec2.createSecurityGroup({VpcId: net.vpcId, GroupName: 'new', Description: 'new'})
    const early = elb.createLoadBalancer({
      Name: 'early',
      Type: 'network',
      Subnets: [net.subnetId],
      SecurityGroups: [String(GroupId)],
    })
    expect(await codeOf(early)).to.equal('InvalidSecurityGroup')
  })

  it('limit how many there are', async () => {
    region.faults.set({quotas: {networkLoadBalancers: 1, targetGroups: 0}})
    expect([
      await codeOf(loadBalancer(region, net)),
      await codeOf(loadBalancer(region, net, 'second')),
      await codeOf(targetGroup(region, net)),
    ]).to.deep.equal(['no error', 'TooManyLoadBalancers', 'TooManyTargetGroups'])
    const [made] = Object.values(region.store.state.loadBalancers)
    await eventually(() => region.store.state.loadBalancers[made?.loadBalancerArn ?? '']?.state === 'active')
  })
})
