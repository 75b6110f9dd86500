import {expect} from 'chai'
import {network, present, testRegion, type TestRegion} from '../test-region.js'
import {codeOf, elbNetwork, listener, loadBalancer, targetGroup, type ElbNetwork} from './elb-network.js'

describe('a listener', () => {
  let region: TestRegion
  let net: ElbNetwork
  let balancer: string
  let group: string
  before(async () => {
    region = await testRegion()
    net = await elbNetwork(region)
    balancer = await loadBalancer(region, net)
    group = await targetGroup(region, net)
  })
  after(() => region.close())

  it('forwards a port to a target group, and is found by its load balancer', async () => {
    const arn = await listener(region, balancer, group)
    expect(arn.startsWith(`${balancer.replace(':loadbalancer/', ':listener/')}/`)).to.equal(true)
    const {Listeners = []} = await region.elb.describeListeners({LoadBalancerArn: balancer})
    expect(Listeners[0]).to.deep.include({ListenerArn: arn, Port: 443, Protocol: 'TCP'})
    expect(Listeners[0]?.DefaultActions?.[0]).to.include({Type: 'forward', TargetGroupArn: group})
    const {Attributes} = await region.elb.describeListenerAttributes({ListenerArn: arn})
    expect(Attributes).to.deep.equal([{Key: 'tcp.idle_timeout.seconds', Value: '350'}])
  })

  it('is changed and deleted', async () => {
    const {elb} = region
    const ListenerArn = await listener(region, balancer, group, 80)
    const other = await targetGroup(region, net, 'other')
    const DefaultActions = [{Type: 'forward' as const, ForwardConfig: {TargetGroups: [{TargetGroupArn: other}]}}]
    const {Listeners = []} = await elb.modifyListener({ListenerArn, Port: 81, DefaultActions})
    expect(Listeners[0]).to.deep.include({Port: 81})
    expect(Listeners[0]?.DefaultActions?.[0]?.TargetGroupArn).to.equal(other)
    expect(await codeOf(elb.modifyListener({ListenerArn, Port: 443}))).to.equal('DuplicateListener')
    await elb.deleteListener({ListenerArn})
    expect(await codeOf(elb.deleteListener({ListenerArn}))).to.equal('ListenerNotFound')
  })

  it('is refused where it cannot be', async () => {
    const {ec2, elb} = region
    const elsewhere = await network(ec2, '10.1.0.0/16')
    const {TargetGroups = []} = await elb.createTargetGroup({
      Name: 'elsewhere',
      Protocol: 'TCP',
      Port: 1,
      VpcId: elsewhere.vpcId,
    })
    const second = await loadBalancer(region, net, 'second')
    const make = (more: object) =>
      codeOf(
        elb.createListener({
          LoadBalancerArn: balancer,
          Protocol: 'TCP',
          Port: 90,
          DefaultActions: [{Type: 'forward', TargetGroupArn: group}],
          ...more,
        }),
      )
    const to = (arn: string | undefined) => [{Type: 'forward', TargetGroupArn: arn}]
    expect([
      await make({Port: 443}),
      await make({Port: 0}),
      await make({Protocol: 'TLS'}),
      await make({DefaultActions: [{Type: 'redirect', RedirectConfig: {}}]}),
      await make({DefaultActions: to(group.replace(/.$/, 'z'))}),
      await make({DefaultActions: to(present(TargetGroups[0]).TargetGroupArn)}),
      await make({LoadBalancerArn: second}),
      await make({LoadBalancerArn: balancer.replace(/.$/, 'z')}),
    ]).to.deep.equal([
      'DuplicateListener',
      'ValidationError',
      'UnsupportedProtocol',
      'InvalidLoadBalancerAction',
      'TargetGroupNotFound',
      'InvalidConfigurationRequest',
      'TargetGroupAssociationLimit',
      'LoadBalancerNotFound',
    ])
  })
})
