import type {RegionState} from '../../model.js'
import {ApiError} from '../api-error.js'
import {lookUp} from '../resource-kinds.js'

/** EC2's default quota. */
const GROUPS_PER_INTERFACE = 5

/** The groups an interface in a VPC gets: those named, or the VPC's default group. Throws what is wrong with them. */
export function groupsOfVpc(state: RegionState, vpcId: string, named: readonly string[]): string[] {
  const groupIds = [...new Set(named)]
  for (const groupId of groupIds) {
    if (lookUp(state.securityGroups, 'securityGroup', groupId).vpcId !== vpcId)
      throw new ApiError('InvalidParameter', `Security group ${groupId} and VPC ${vpcId} belong to different networks.`)
  }
  if (groupIds.length > GROUPS_PER_INTERFACE)
    throw new ApiError(
      'SecurityGroupsPerInterfaceLimitExceeded',
      `The maximum number of security groups per interface, ${GROUPS_PER_INTERFACE}, has been reached.`,
    )
  if (groupIds.length > 0) return groupIds
  return Object.values(state.securityGroups)
    .filter(group => group.vpcId === vpcId && group.groupName === 'default')
    .map(group => group.groupId)
}
