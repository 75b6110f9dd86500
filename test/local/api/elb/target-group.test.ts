import {expect} from 'chai'
import {network, present, reaches, testRegion, type TestRegion} from '../test-region.js'
import {
  codeOf,
  elbNetwork,
  healthOf,
  listener,
  loadBalancer,
  runningInstance,
  targetGroup,
  type ElbNetwork,
} from './elb-network.js'

describe('a target group', () => {
  let region: TestRegion
  let net: ElbNetwork
  beforeEach(async () => {
    region = await testRegion()
    net = await elbNetwork(region)
  })
  afterEach(() => region.close())

  const input = () => ({Name: 'web', Protocol: 'TCP' as const, Port: 6443, VpcId: net.vpcId})

  it('is made with a Network Load Balancer’s defaults, or as asked', async () => {
    const {TargetGroups: plain = []} = await region.elb.createTargetGroup(input())
    expect(plain[0]).to.deep.include({
      TargetGroupName: 'web',
      Protocol: 'TCP',
      Port: 6443,
      TargetType: 'instance',
      HealthCheckProtocol: 'TCP',
      HealthCheckPort: 'traffic-port',
      HealthCheckIntervalSeconds: 30,
      HealthCheckTimeoutSeconds: 10,
      HealthyThresholdCount: 5,
      UnhealthyThresholdCount: 2,
      LoadBalancerArns: [],
    })
    const {TargetGroups: checked = []} = await region.elb.createTargetGroup({
      ...input(),
      Name: 'api',
      TargetType: 'ip',
      HealthCheckProtocol: 'HTTPS',
      HealthCheckPath: '/readyz',
      HealthCheckIntervalSeconds: 5,
      HealthyThresholdCount: 2,
      Matcher: {HttpCode: '200'},
    })
    expect(checked[0]).to.deep.include({
      HealthCheckProtocol: 'HTTPS',
      HealthCheckPath: '/readyz',
      HealthCheckIntervalSeconds: 5,
      HealthyThresholdCount: 2,
      Matcher: {HttpCode: '200'},
    })
    const preserves = async (arn: string | undefined) => {
      const {Attributes = []} = await region.elb.describeTargetGroupAttributes({TargetGroupArn: arn})
      return Attributes.find(({Key}) => Key === 'preserve_client_ip.enabled')?.Value
    }
    expect([await preserves(plain[0]?.TargetGroupArn), await preserves(checked[0]?.TargetGroupArn)]).to.deep.equal([
      'true',
      'false',
    ])
  })

  it('is made once by the same call, and refused where it cannot be', async () => {
    const {elb} = region
    const first = await elb.createTargetGroup(input())
    const again = await elb.createTargetGroup(input())
    expect(again.TargetGroups?.[0]?.TargetGroupArn).to.equal(first.TargetGroups?.[0]?.TargetGroupArn)
    const wrong: [object, string][] = [
      [{Port: 443}, 'DuplicateTargetGroupName'],
      [{HealthCheckProtocol: 'HTTP'}, 'DuplicateTargetGroupName'],
      [{Name: 'a b'}, 'ValidationError'],
      [{Name: 'b', Port: 0}, 'ValidationError'],
      [{Name: 'b', Protocol: 'HTTP'}, 'InvalidConfigurationRequest'],
      [{Name: 'b', TargetType: 'lambda'}, 'InvalidConfigurationRequest'],
      [{Name: 'b', VpcId: 'vpc-0123456789abcdef0'}, 'ValidationError'],
      [{Name: 'b', HealthCheckIntervalSeconds: 4}, 'ValidationError'],
      [{Name: 'b', HealthCheckIntervalSeconds: 301}, 'ValidationError'],
      [{Name: 'b', HealthyThresholdCount: 1}, 'ValidationError'],
      [{Name: 'b', UnhealthyThresholdCount: 11}, 'ValidationError'],
      [{Name: 'b', HealthCheckPath: '/x'}, 'InvalidConfigurationRequest'],
      [{Name: 'b', HealthCheckProtocol: 'HTTP', HealthCheckPath: 'x'}, 'ValidationError'],
      [{Name: 'b', HealthCheckProtocol: 'HTTP', Matcher: {HttpCode: '200-'}}, 'ValidationError'],
      [{Name: 'b', HealthCheckProtocol: 'UDP'}, 'ValidationError'],
      [{Name: 'b', HealthCheckPort: '70000'}, 'ValidationError'],
    ]
    for (const [more, code] of wrong)
      expect(await codeOf(elb.createTargetGroup({...input(), ...more})), JSON.stringify(more)).to.equal(code)
    expect(Object.keys(region.store.state.targetGroups)).to.have.length(1)
  })

  it('is changed, listed and deleted, but not while a listener uses it', async () => {
    const {elb} = region
    const TargetGroupArn = await targetGroup(region, net)
    const {TargetGroups: changed = []} = await elb.modifyTargetGroup({
      TargetGroupArn,
      HealthCheckProtocol: 'HTTP',
      HealthCheckPath: '/healthz',
      HealthCheckIntervalSeconds: 10,
    })
    expect(changed[0]).to.include({HealthCheckProtocol: 'HTTP', HealthCheckPath: '/healthz', Port: 6443})
    await targetGroup(region, net, 'other')
    const LoadBalancerArn = await loadBalancer(region, net)
    const ListenerArn = await listener(region, LoadBalancerArn, TargetGroupArn)
    const namesOf = async (request: object) =>
      (await elb.describeTargetGroups(request)).TargetGroups?.map(group => group.TargetGroupName)
    expect(await namesOf({LoadBalancerArn})).to.deep.equal(['web'])
    expect(await namesOf({Names: ['other']})).to.deep.equal(['other'])
    expect(await namesOf({TargetGroupArns: [TargetGroupArn]})).to.deep.equal(['web'])
    expect(await codeOf(elb.describeTargetGroups({Names: ['x']}))).to.equal('TargetGroupNotFound')
    expect(await codeOf(elb.deleteTargetGroup({TargetGroupArn}))).to.equal('ResourceInUse')
    await elb.deleteListener({ListenerArn})
    await elb.deleteTargetGroup({TargetGroupArn})
    await elb.deleteTargetGroup({TargetGroupArn})
    expect(await namesOf({})).to.deep.equal(['other'])
  })

  it('takes attributes it knows, with values they can have', async () => {
    const TargetGroupArn = await targetGroup(region, net)
    const set = (Key: string, Value: string) =>
      codeOf(region.elb.modifyTargetGroupAttributes({TargetGroupArn, Attributes: [{Key, Value}]}))
    expect([
      await set('deregistration_delay.timeout_seconds', '0'),
      await set('deregistration_delay.timeout_seconds', '3600'),
      await set('deregistration_delay.timeout_seconds', '3601'),
      await set('preserve_client_ip.enabled', 'false'),
      await set('proxy_protocol_v2.enabled', 'false'),
      await set('proxy_protocol_v2.enabled', 'true'),
      await set('slow_start.duration_seconds', '30'),
    ]).to.deep.equal([
      'no error',
      'no error',
      'ValidationError',
      'no error',
      'no error',
      'InvalidConfigurationRequest',
      'ValidationError',
    ])
  })

  describe('and its targets', () => {
    let arn: string
    beforeEach(async () => (arn = await targetGroup(region, net)))

    it('go through the states that Elastic Load Balancing has', async () => {
      const {ec2, elb, fabric} = region
      const [a, b] = [await runningInstance(region, net), await runningInstance(region, net)]
      const Targets = [{Id: a}, {Id: b, Port: 8443}]
      await elb.registerTargets({TargetGroupArn: arn, Targets})
      expect(await healthOf(region, arn)).to.deep.equal({[a]: 'unused Target.NotInUse', [b]: 'unused Target.NotInUse'})
      const release = fabric.hold('syncVpc')
      const LoadBalancerArn = await loadBalancer(region, net)
      const made = listener(region, LoadBalancerArn, arn)
      while ((await healthOf(region, arn))[a] !== 'initial Elb.RegistrationInProgress') await Promise.resolve()
      release()
      await made
      fabric.targets.set(a, 'initial')
      fabric.targets.set(b, 'unhealthy')
      while ((await healthOf(region, arn))[a] !== 'initial Elb.InitialHealthChecking') await Promise.resolve()
      expect((await healthOf(region, arn))[b]).to.equal('unhealthy Target.FailedHealthChecks')
      fabric.targets.clear()
      expect(await healthOf(region, arn)).to.deep.equal({[a]: 'healthy', [b]: 'healthy'})
      const {TargetHealthDescriptions = []} = await elb.describeTargetHealth({TargetGroupArn: arn})
      expect(TargetHealthDescriptions.map(({HealthCheckPort}) => HealthCheckPort).sort()).to.deep.equal([
        '6443',
        '8443',
      ])

      await ec2.stopInstances({InstanceIds: [a]})
      expect((await healthOf(region, arn))[a]).to.equal('unused Target.InvalidState')
      await elb.deregisterTargets({TargetGroupArn: arn, Targets: [{Id: b}]})
      expect((await healthOf(region, arn))[b]).to.equal('draining Target.DeregistrationInProgress')
      region.advance(300_000)
      while (b in (await healthOf(region, arn))) await Promise.resolve()
      const {TargetHealthDescriptions: asked = []} = await elb.describeTargetHealth({
        TargetGroupArn: arn,
        Targets: [{Id: b}],
      })
      expect(asked[0]?.TargetHealth?.Reason).to.equal('Target.NotRegistered')
      await ec2.terminateInstances({InstanceIds: [a]})
      await reaches(ec2, a, 'terminated')
      expect(await healthOf(region, arn)).to.deep.equal({})
      expect(region.errors).to.deep.equal([])
    })

    it('are not used in a zone that the load balancer is not in', async () => {
      const {elb} = region
      const instanceId = await runningInstance(region, net)
      await elb.registerTargets({TargetGroupArn: arn, Targets: [{Id: instanceId}]})
      const {LoadBalancers = []} = await elb.createLoadBalancer({
        Name: 'b-only',
        Type: 'network',
        Subnets: [net.otherSubnetId],
      })
      await listener(region, present(LoadBalancers[0]?.LoadBalancerArn), arn)
      expect((await healthOf(region, arn))[instanceId]).to.equal('unused Target.NotInUse')
    })

    it('come back when they are registered while they drain', async () => {
      const {elb} = region
      const Targets = [{Id: await runningInstance(region, net)}]
      await elb.registerTargets({TargetGroupArn: arn, Targets})
      await elb.deregisterTargets({TargetGroupArn: arn, Targets})
      await elb.registerTargets({TargetGroupArn: arn, Targets})
      region.advance(300_000)
      expect(Object.values(await healthOf(region, arn))).to.deep.equal(['unused Target.NotInUse'])
    })

    it('are refused where they cannot be', async () => {
      const {ec2, elb} = region
      const elsewhere = await network(ec2, '10.1.0.0/16')
      const register = (target: object, TargetGroupArn = arn) =>
        codeOf(elb.registerTargets({TargetGroupArn, Targets: [{Id: '', ...target}]}))
      const stopped = await runningInstance(region, net)
      await ec2.stopInstances({InstanceIds: [stopped]})
      const {TargetGroups = []} = await elb.createTargetGroup({...input(), Name: 'ip', TargetType: 'ip'})
      const byAddress = present(TargetGroups[0]?.TargetGroupArn)
      expect([
        await register({Id: 'i-0123456789abcdef0'}),
        await register({Id: await runningInstance(region, elsewhere)}),
        await register({Id: stopped}),
        await register({Id: stopped, Port: 0}),
        await register({Id: 'i-1'}, byAddress),
        await register({Id: '10.240.77.1'}, byAddress),
        await register({Id: '10.1.0.5'}, byAddress),
        await register({Id: '8.8.8.8', AvailabilityZone: 'all'}, byAddress),
        await register({Id: '10.1.0.5', AvailabilityZone: 'all'}, byAddress),
        await register({Id: '10.240.1.9'}, byAddress),
        await register({Id: '10.240.1.9'}, arn.replace(/.$/, 'z')),
        await codeOf(elb.registerTargets({TargetGroupArn: arn, Targets: []})),
      ]).to.deep.equal([
        'InvalidTarget',
        'InvalidTarget',
        'InvalidTarget',
        'ValidationError',
        'ValidationError',
        'InvalidTarget',
        'ValidationError',
        'InvalidTarget',
        'no error',
        'no error',
        'TargetGroupNotFound',
        'ValidationError',
      ])
    })
  })
})
