import {codeOf as nameOf, present, type TestNetwork, type TestRegion, network, launch, reaches} from '../test-region.js'

/** A VPC with an internet gateway and a second subnet, in another zone. */
export interface ElbNetwork extends TestNetwork {
  readonly otherSubnetId: string
  readonly gatewayId: string
}

export async function elbNetwork({ec2}: TestRegion): Promise<ElbNetwork> {
  const net = await network(ec2)
  const {InternetGateway} = await ec2.createInternetGateway({})
  const gatewayId = present(InternetGateway?.InternetGatewayId)
  await ec2.attachInternetGateway({InternetGatewayId: gatewayId, VpcId: net.vpcId})
  const {Subnet} = await ec2.createSubnet({
    VpcId: net.vpcId,
    CidrBlock: '10.240.1.0/24',
    AvailabilityZone: 'local-1b',
  })
  return {...net, gatewayId, otherSubnetId: present(Subnet?.SubnetId)}
}

export async function loadBalancer({elb}: TestRegion, net: ElbNetwork, name = 'web'): Promise<string> {
  const {LoadBalancers = []} = await elb.createLoadBalancer({
    Name: name,
    Type: 'network',
    Subnets: [net.subnetId, net.otherSubnetId],
    SecurityGroups: [net.groupId],
  })
  return present(LoadBalancers[0]?.LoadBalancerArn)
}

export async function targetGroup({elb}: TestRegion, net: ElbNetwork, name = 'web'): Promise<string> {
  const {TargetGroups = []} = await elb.createTargetGroup({Name: name, Protocol: 'TCP', Port: 6443, VpcId: net.vpcId})
  return present(TargetGroups[0]?.TargetGroupArn)
}

export async function listener({elb}: TestRegion, arn: string, targetGroupArn: string, port = 443): Promise<string> {
  const {Listeners = []} = await elb.createListener({
    LoadBalancerArn: arn,
    Protocol: 'TCP',
    Port: port,
    DefaultActions: [{Type: 'forward', TargetGroupArn: targetGroupArn}],
  })
  return present(Listeners[0]?.ListenerArn)
}

export async function runningInstance({ec2}: TestRegion, net: TestNetwork): Promise<string> {
  const instanceId = await launch(ec2, net)
  await reaches(ec2, instanceId, 'running')
  return instanceId
}

/** State and reason of the group's targets, by their id. */
export async function healthOf({elb}: TestRegion, targetGroupArn: string): Promise<Record<string, string>> {
  const {TargetHealthDescriptions = []} = await elb.describeTargetHealth({TargetGroupArn: targetGroupArn})
  return Object.fromEntries(
    TargetHealthDescriptions.map(({Target, TargetHealth}) => [
      present(Target?.Id),
      [TargetHealth?.State, TargetHealth?.Reason].filter(Boolean).join(' '),
    ]),
  )
}

/** `Code` of the error the promise rejects with, or `no error`; the SDK puts `Exception` after those that it knows. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  return (await nameOf(promise)).replace(/Exception$/, '')
}
