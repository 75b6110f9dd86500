import type {EC2, IpPermission} from '@aws-sdk/client-ec2'
import {awsErrorCode, isNotFound} from '../../aws/errors.js'
import type {IngressRule} from './rule-table.js'

/** Ids of security groups by who their members are. */
export type GroupIds = Readonly<Partial<Record<IngressRule['target'], string>>>

/** A rule as EC2 takes it. */
export function permissionOf({from, protocol, ports, why}: IngressRule, groups: GroupIds): IpPermission {
  return {
    IpProtocol: protocol,
    ...(ports === undefined ? {} : {FromPort: ports[0], ToPort: ports[1]}),
    ...('cidr' in from
      ? {IpRanges: [{CidrIp: from.cidr, Description: why}]}
      : {UserIdGroupPairs: [{GroupId: groups[from.group], Description: why}]}),
  }
}

/** Whether a permission lets all of `wanted` in: EC2 merges rules of the same ports into one with several peers. */
export function covers(there: IpPermission, wanted: IpPermission): boolean {
  return (
    samePorts(there, wanted) &&
    (wanted.IpRanges ?? []).every(w => there.IpRanges?.some(t => t.CidrIp === w.CidrIp)) &&
    (wanted.UserIdGroupPairs ?? []).every(w => there.UserIdGroupPairs?.some(t => t.GroupId === w.GroupId))
  )
}

export function samePorts(a: IpPermission, b: IpPermission): boolean {
  return (
    a.IpProtocol === b.IpProtocol && (a.FromPort ?? -1) === (b.FromPort ?? -1) && (a.ToPort ?? -1) === (b.ToPort ?? -1)
  )
}

/** Adds rules to a group, with no harm if they are there already. */
export async function authorize(ec2Once: EC2, GroupId: string, wanted: readonly IpPermission[]): Promise<void> {
  // One call a rule: EC2 refuses the whole list if a single rule is there already, as it is after a crash.
  await all(
    wanted.map(async rule => {
      try {
        await ec2Once.authorizeSecurityGroupIngress({GroupId, IpPermissions: [rule]})
      } catch (error) {
        if (awsErrorCode(error) !== 'InvalidPermission.Duplicate') throw error
      }
    }),
  )
}

/** Takes rules out of a group, with no harm if they are gone already. */
export async function revoke(ec2: EC2, GroupId: string, unwanted: readonly IpPermission[]): Promise<void> {
  await all(
    unwanted.map(async rule => {
      try {
        await ec2.revokeSecurityGroupIngress({GroupId, IpPermissions: [rule]})
      } catch (error) {
        if (!isNotFound(error)) throw error
      }
    }),
  )
}

/** Throws what the first one threw, once none of them is under way any more: what comes next must see all they did. */
export async function all(calls: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(calls)
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}
