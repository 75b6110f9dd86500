import type {EC2, IpPermission} from '@aws-sdk/client-ec2'
import {madeBy, type Inventory} from '../../aws/inventory.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import {all, authorize, covers, permissionOf, revoke, samePorts} from './ip-permissions.js'
import {ingressRules} from './rule-table.js'
import {securityGroupStepId} from './security-group.js'

/** What is to be changed in one security group so that it lets in whom it shall, and nobody else from outside. */
export interface GroupChange {
  readonly groupId: string
  readonly missing: readonly IpPermission[]
  readonly stale: readonly IpPermission[]
}

/**
 * Compares the groups of a cluster with the rule table. A rule from outside is khw's own, and stale, if it is for one of
 * the operator's ports and either its description is that of the table or its range is one of `former`; what somebody else
 * has opened is left alone.
 */
export function operatorChanges(
  spec: ClusterSpec,
  wanted: readonly string[],
  former: readonly string[],
  inventory: Inventory,
): readonly GroupChange[] {
  const rules = ingressRules(spec, wanted).filter(rule => rule.operator === true)
  return [...new Set(rules.map(rule => rule.target))].flatMap(target => {
    const group = madeBy(inventory.securityGroups, securityGroupStepId(target))
    // A group that is not there yet is made with the rules that hold then.
    if (group?.GroupId === undefined) return []
    const own = rules.filter(rule => rule.target === target).map(rule => permissionOf(rule, {}))
    const there = group.IpPermissions ?? []
    return [
      {
        groupId: group.GroupId,
        missing: own.filter(rule => !there.some(other => covers(other, rule))),
        stale: there.flatMap(permission => staleIn(permission, own, wanted, former)),
      },
    ]
  })
}

/** One permission for each range that has to go. */
function staleIn(
  there: IpPermission,
  own: readonly IpPermission[],
  wanted: readonly string[],
  former: readonly string[],
): IpPermission[] {
  const {IpProtocol, FromPort, ToPort, IpRanges = []} = there
  const descriptions = own.filter(rule => samePorts(rule, there)).flatMap(rule => rule.IpRanges?.[0]?.Description ?? [])
  if (descriptions.length === 0) return []
  return IpRanges.filter(
    ({CidrIp = '', Description = ''}) =>
      !wanted.includes(CidrIp) && (descriptions.includes(Description) || former.includes(CidrIp)),
  ).map(({CidrIp}) => ({IpProtocol, FromPort, ToPort, IpRanges: [{CidrIp}]}))
}

export async function authorizeMissing(ec2Once: EC2, changes: readonly GroupChange[]): Promise<void> {
  await all(changes.map(({groupId, missing}) => authorize(ec2Once, groupId, missing)))
}

export async function revokeStale(ec2: EC2, changes: readonly GroupChange[]): Promise<void> {
  await all(changes.map(({groupId, stale}) => revoke(ec2, groupId, stale)))
}
