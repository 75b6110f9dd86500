import {CLUSTER_ID_TAG, STEP_TAG} from '../../../src/aws/tags.js'
import {peerText} from '../../../src/local/api/ec2/rule-peer.js'
import type {RegionState, SecurityGroupRule, Tagged} from '../../../src/local/model.js'

/**
 * What a region has of one cluster, as sorted lines without anything that is drawn anew in each run: resources are named
 * by the steps that made them. Two complete creates have the same lines: a lost, doubled or half-made resource has not.
 */
export function logicalState(state: RegionState, clusterId: string): string[] {
  const ours = ({tags}: Tagged): boolean => tags.some(tag => tag.key === CLUSTER_ID_TAG && tag.value === clusterId)
  const names = namesOf(state)
  const name = (id: string | undefined): string =>
    id === undefined ? 'nothing' : (names.get(id) ?? 'something unknown')
  const vpcs = Object.values(state.vpcs).filter(ours)
  const inOurs = <T extends {readonly vpcId?: string} & Tagged>(all: Record<string, T>): T[] =>
    Object.values(all).filter(each => ours(each) || vpcs.some(vpc => vpc.vpcId === each.vpcId))
  return [
    ...vpcs.map(vpc => `vpc ${name(vpc.vpcId)} dns=${String(vpc.enableDnsHostnames)}`),
    ...inOurs(state.subnets).map(
      s => `subnet ${name(s.subnetId)} ${s.cidrBlock} ${s.availabilityZone} ${name(s.vpcId)}`,
    ),
    ...inOurs(state.internetGateways).map(g => `internet-gateway ${name(g.internetGatewayId)} ${name(g.vpcId)}`),
    ...inOurs(state.routeTables).flatMap(table => [
      `route-table ${name(table.routeTableId)} ${name(table.vpcId)}`,
      ...table.routes.map(({destinationCidrBlock, target}) => {
        const to = target.kind === 'gateway' ? target.gatewayId : target.networkInterfaceId
        return `route ${name(table.routeTableId)} ${destinationCidrBlock} ${name(to)}`
      }),
      ...table.associations.map(a => `association ${name(table.routeTableId)} ${a.main ? 'main' : name(a.subnetId)}`),
    ]),
    ...inOurs(state.securityGroups).flatMap(group => [
      `security-group ${name(group.groupId)} ${name(group.vpcId)}`,
      ...group.rules.map(rule => `rule ${name(group.groupId)} ${ruleText(rule, name)}`),
    ]),
    ...Object.values(state.keyPairs)
      .filter(ours)
      .map(key => `key-pair ${name(key.keyPairId)}`),
    ...inOurs(state.instances)
      .filter(instance => instance.state !== 'terminated')
      .map(i => `instance ${name(i.instanceId)} ${i.state} ${i.instanceType} ${name(i.subnetId)}`),
    ...inOurs(state.networkInterfaces).map(nic => {
      const groups = nic.groupIds.map(name).join()
      if (nic.managed)
        return `network-interface of ${name(nic.managed.loadBalancerArn)} ${name(nic.subnetId)} ${groups}`
      return `network-interface ${name(nic.networkInterfaceId)} ${nic.privateIpAddress} check=${String(nic.sourceDestCheck)} ${groups}`
    }),
    ...Object.values(state.volumes)
      .filter(ours)
      .map(volume => `volume ${name(volume.volumeId)} ${name(volume.instanceId)}`),
    ...inOurs(state.loadBalancers).map(
      l => `load-balancer ${name(l.loadBalancerArn)} ${l.zones.map(z => name(z.subnetId)).join()} ${l.state}`,
    ),
    ...inOurs(state.targetGroups).flatMap(group => [
      `target-group ${name(group.targetGroupArn)} ${name(group.vpcId)} ${JSON.stringify(group.attributes)}`,
      ...group.targets
        .filter(target => target.drainedAt === undefined)
        .map(({id, port}) => `target ${name(group.targetGroupArn)} ${name(id)} ${port}`),
    ]),
    ...Object.values(state.listeners)
      .filter(ours)
      .map(l => `listener ${name(l.listenerArn)} ${name(l.loadBalancerArn)} ${l.port}`),
  ].sort()
}

/** Lines that only one of them has, marked as in a diff. */
export function differences(expected: readonly string[], found: readonly string[]): string[] {
  const rest = [...found]
  const missing = expected.filter(line => {
    const at = rest.indexOf(line)
    if (at >= 0) rest.splice(at, 1)
    return at < 0
  })
  return [...missing.map(line => `- ${line}`), ...rest.map(line => `+ ${line}`)]
}

/** The step that made it, by id; what carries no step (a VPC's own route table and group) is named by its kind. */
function namesOf(state: RegionState): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  const kinds: readonly Record<string, Tagged>[] = [
    state.vpcs,
    state.subnets,
    state.internetGateways,
    state.routeTables,
    state.securityGroups,
    state.keyPairs,
    state.instances,
    state.networkInterfaces,
    state.volumes,
    state.loadBalancers,
    state.targetGroups,
    state.listeners,
  ]
  for (const records of kinds) {
    for (const [id, {tags}] of Object.entries(records)) {
      names.set(id, tags.find(tag => tag.key === STEP_TAG)?.value ?? `untagged ${id.replace(/-.*$/, '')}`)
    }
  }
  return names
}

function ruleText(rule: SecurityGroupRule, name: (id: string) => string): string {
  const peer = rule.peer.kind === 'group' ? name(rule.peer.groupId) : peerText(rule.peer)
  return `${rule.isEgress ? 'egress' : 'ingress'} ${rule.ipProtocol} ${rule.fromPort}-${rule.toPort} ${peer}`
}
