import {contains, parseCidr, parseIpv4} from '../cluster/cidr.js'
import type {Target, TargetGroup} from './elb-model.js'
import type {RegionState} from './model.js'

/** The zone of a target, `all` for an address outside the VPC; undefined where there is no such instance or subnet. */
export function zoneOfTarget(state: RegionState, group: TargetGroup, target: Target): string | undefined {
  if (target.availabilityZone !== undefined) return target.availabilityZone
  if (group.targetType === 'instance') return state.instances[target.id]?.availabilityZone
  const host = {base: parseIpv4(target.id) ?? 0, prefix: 32}
  return Object.values(state.subnets).find(({vpcId, cidrBlock}) => {
    const range = parseCidr(cidrBlock)
    return vpcId === group.vpcId && range !== undefined && contains(range, host)
  })?.availabilityZone
}

/** Where a target is reached; undefined for an instance that is not up. */
export function addressOfTarget(state: RegionState, group: TargetGroup, target: Target): string | undefined {
  if (group.targetType === 'ip') return target.id
  const instance = state.instances[target.id]
  // One that starts is checked already: nobody tells when it has come up.
  if (instance?.state !== 'running' && instance?.state !== 'pending') return undefined
  return state.networkInterfaces[instance.networkInterfaceId]?.privateIpAddress
}

/** Names a target among all of a load balancer. */
export function targetKey(targetGroupArn: string, {id, port}: Pick<Target, 'id' | 'port'>): string {
  return `${targetGroupArn} ${id}:${port}`
}
