import type {EC2, IpPermission} from '@aws-sdk/client-ec2'
import type {Instance, KeyPair, RouteTable, SecurityGroup} from '../../src/local/model.js'
import type {ModelCluster} from './model-cluster.js'

export type Damage = 'an instance' | 'a pod route' | 'the default route' | 'a rule' | 'the key pair'

/** What somebody may do to a cluster in the console; nothing if there is no such thing. */
export const DAMAGES: Readonly<Record<Damage, (real: ModelCluster) => Promise<unknown>>> = {
  'an instance': real =>
    damage(real, async (ec2, {instances}) => {
      const victim = instances.find(({state}) => state === 'running')
      if (victim !== undefined) await ec2.terminateInstances({InstanceIds: [victim.instanceId]})
    }),
  'a pod route': real => damage(real, (ec2, own) => deleteRoute(ec2, own.routeTables, cidr => cidr !== '0.0.0.0/0')),
  'the default route': real =>
    damage(real, (ec2, own) => deleteRoute(ec2, own.routeTables, cidr => cidr === '0.0.0.0/0')),
  'a rule': real =>
    damage(real, async (ec2, {securityGroups}) => {
      const group = securityGroups.find(({rules}) => rules.some(rule => !rule.isEgress))
      if (group === undefined) return
      const {SecurityGroups = []} = await ec2.describeSecurityGroups({GroupIds: [group.groupId]})
      const [first] = SecurityGroups[0]?.IpPermissions ?? []
      if (first === undefined) return
      await ec2.revokeSecurityGroupIngress({GroupId: group.groupId, IpPermissions: [onePeer(first)]})
    }),
  'the key pair': real =>
    damage(real, async (ec2, {keyPairs: [key]}) => {
      if (key !== undefined) await ec2.deleteKeyPair({KeyPairId: key.keyPairId})
    }),
}

interface Own {
  readonly instances: readonly Instance[]
  readonly routeTables: readonly RouteTable[]
  readonly securityGroups: readonly SecurityGroup[]
  readonly keyPairs: readonly KeyPair[]
}

/** By clients that do not mind throttling and lost answers. */
function damage(real: ModelCluster, work: (ec2: EC2, own: Own) => Promise<void>): Promise<unknown> {
  const {region, clusterId} = real
  const {instances, routeTables, securityGroups, keyPairs} = region.state
  const own = {
    instances: region.ownOf(instances, clusterId),
    routeTables: region.ownOf(routeTables, clusterId),
    securityGroups: region.ownOf(securityGroups, clusterId),
    keyPairs: region.ownOf(keyPairs, clusterId),
  }
  return real.process(undefined, ({clients}) => work(clients.ec2, own))
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
