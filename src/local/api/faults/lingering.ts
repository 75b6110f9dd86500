import type {Clock} from '../../../clock.js'
import type {Instance} from '../../model.js'
import {groupInUse} from '../ec2/security-group.js'
import {mappedAddresses} from '../ec2/internet-gateway.js'
import {dependencyViolation} from '../resource-kinds.js'
import type {ChangeCheck} from './change-check.js'

/** Interfaces of instances that ended less than `duration` milliseconds ago are still in the way of deletions. */
export function lingeringCheck(duration: number, clock: Clock): ChangeCheck {
  return (before, after) => {
    const lingering = Object.values(after.instances).filter(instance => isLingering(instance, duration, clock.now()))
    if (lingering.length === 0) return
    const gone = <T>(from: Readonly<Record<string, T>>, to: Readonly<Record<string, T>>): string[] =>
      Object.keys(from).filter(id => to[id] === undefined)
    for (const id of gone(before.subnets, after.subnets))
      if (lingering.some(({subnetId}) => subnetId === id)) throw dependencyViolation('subnet', id)
    // A VPC's own groups go with it, so it comes first.
    for (const id of gone(before.vpcs, after.vpcs))
      if (lingering.some(({vpcId}) => vpcId === id)) throw dependencyViolation('vpc', id)
    for (const id of gone(before.securityGroups, after.securityGroups))
      if (lingering.some(({formerInterface}) => formerInterface?.groupIds.includes(id))) throw groupInUse(id)
    for (const {internetGatewayId, vpcId} of Object.values(before.internetGateways)) {
      if (vpcId === undefined || after.internetGateways[internetGatewayId]?.vpcId === vpcId) continue
      if (lingering.some(instance => instance.vpcId === vpcId && instance.formerInterface?.publicIp !== undefined))
        throw mappedAddresses(vpcId)
    }
  }
}

function isLingering({formerInterface, terminatedAt}: Instance, duration: number, now: number): boolean {
  if (formerInterface === undefined) return false
  return terminatedAt === undefined || now - Date.parse(terminatedAt) < duration
}
