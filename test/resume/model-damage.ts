import type {EC2, IpPermission} from '@aws-sdk/client-ec2'
import type {ResourceClients} from '../../src/aws/clients.js'
import type {LoadBalancer, TargetGroup} from '../../src/local/elb-model.js'
import type {Instance, KeyPair, RouteTable, SecurityGroup} from '../../src/local/model.js'
import type {ModelCluster} from './model-cluster.js'

export type Damage =
  'an instance' | 'a pod route' | 'the default route' | 'a rule' | 'the key pair' | 'the load balancer' | 'the targets'

/** What somebody may do to a cluster in the console; nothing if there is no such thing. */
export const DAMAGES: Readonly<Record<Damage, (real: ModelCluster) => Promise<unknown>>> = {
  'an instance': real =>
    damage(real, async ({ec2}, {instances}) => {
      const victim = instances.find(({state}) => state === 'running')
      if (victim !== undefined) await ec2.terminateInstances({InstanceIds: [victim.instanceId]})
    }),
  'a pod route': real => damage(real, ({ec2}, own) => deleteRoute(ec2, own.routeTables, cidr => cidr !== '0.0.0.0/0')),
  'the default route': real =>
    damage(real, ({ec2}, own) => deleteRoute(ec2, own.routeTables, cidr => cidr === '0.0.0.0/0')),
  'a rule': real =>
    damage(real, async ({ec2}, {securityGroups}) => {
      const group = securityGroups.find(({rules}) => rules.some(rule => !rule.isEgress))
      if (group === undefined) return
      const {SecurityGroups = []} = await ec2.describeSecurityGroups({GroupIds: [group.groupId]})
      const [first] = SecurityGroups[0]?.IpPermissions ?? []
      if (first === undefined) return
      await ec2.revokeSecurityGroupIngress({GroupId: group.groupId, IpPermissions: [onePeer(first)]})
    }),
  'the key pair': real =>
    damage(real, async ({ec2}, {keyPairs: [key]}) => {
      if (key !== undefined) await ec2.deleteKeyPair({KeyPairId: key.keyPairId})
    }),
  'the load balancer': real =>
    damage(real, async ({elb}, {loadBalancers: [balancer]}) => {
      if (balancer !== undefined) await elb.deleteLoadBalancer({LoadBalancerArn: balancer.loadBalancerArn})
    }),
  'the targets': real =>
    damage(real, async ({elb}, {targetGroups: [group]}) => {
      const Targets = group?.targets.map(({id}) => ({Id: id})) ?? []
      if (group !== undefined && Targets.length > 0)
        await elb.deregisterTargets({TargetGroupArn: group.targetGroupArn, Targets})
    }),
}

interface Own {
  readonly instances: readonly Instance[]
  readonly routeTables: readonly RouteTable[]
  readonly securityGroups: readonly SecurityGroup[]
  readonly keyPairs: readonly KeyPair[]
  readonly loadBalancers: readonly LoadBalancer[]
  readonly targetGroups: readonly TargetGroup[]
}

/** By clients that do not mind throttling and lost answers. */
function damage(real: ModelCluster, work: (clients: ResourceClients, own: Own) => Promise<void>): Promise<unknown> {
  const {region, clusterId} = real
  const {instances, routeTables, securityGroups, keyPairs, loadBalancers, targetGroups} = region.state
  const own = {
    instances: region.ownOf(instances, clusterId),
    routeTables: region.ownOf(routeTables, clusterId),
    securityGroups: region.ownOf(securityGroups, clusterId),
    keyPairs: region.ownOf(keyPairs, clusterId),
    loadBalancers: region.ownOf(loadBalancers, clusterId),
    targetGroups: region.ownOf(targetGroups, clusterId),
  }
  return real.process(undefined, ({clients}) => work(clients, own))
}

async function deleteRoute(ec2: EC2, tables: readonly RouteTable[], wanted: (cidr: string) => boolean): Promise<void> {
  for (const {routeTableId, routes} of tables) {
    const route = routes.find(({destinationCidrBlock}) => wanted(destinationCidrBlock))
    if (route === undefined) continue
    await ec2.deleteRoute({RouteTableId: routeTableId, DestinationCidrBlock: route.destinationCidrBlock})
    return
  }
}

/** Of the peers that EC2 puts into one permission, the first. */
function onePeer({IpProtocol, FromPort, ToPort, IpRanges = [], UserIdGroupPairs = []}: IpPermission): IpPermission {
  const ports = {IpProtocol, FromPort, ToPort}
  return IpRanges.length > 0
    ? {...ports, IpRanges: IpRanges.slice(0, 1)}
    : {...ports, UserIdGroupPairs: UserIdGroupPairs.slice(0, 1)}
}
