import type {EC2, IpPermission, SecurityGroup} from '@aws-sdk/client-ec2'
import {isBlocked, isNotFound} from '../../aws/errors.js'
import {deleteUnblocked, idsOfKind, type Removal, type RemovalContext} from './removal.js'

/** The groups name each other, so all rules that do go before the first group does. */
export const securityGroups: Removal = {
  id: 'security-groups',
  title: 'Delete the security groups',
  kind: 'securityGroups',

  async remove(context) {
    const {ec2, inventory, kept} = context
    const going = new Set(idsOfKind(inventory, 'securityGroups'))
    await Promise.all([
      ...inventory.securityGroups.map(group =>
        revoke(ec2, group, group.IpPermissions ?? [], rulesNaming(going, group.IpPermissionsEgress)),
      ),
      ...kept.securityGroups.map(group => revokeNaming(ec2, group, going)),
    ])
    await Promise.all(
      [...going].map(id =>
        deleteUnblocked(`security group ${id}`, context, async () => {
          try {
            await ec2.deleteSecurityGroup({GroupId: id})
          } catch (error) {
            if (isBlocked(error)) await revokeUnseen(id, context)
            throw error
          }
        }),
      ),
    )
  },
}

/** EC2 may show a rule later than its group: what a create has opened just before was not in the inventory. */
async function revokeUnseen(id: string, {ec2, inventory, kept, signal}: RemovalContext): Promise<void> {
  const ids = [inventory, kept].flatMap(part => idsOfKind(part, 'securityGroups'))
  const Filters = [{Name: 'group-id', Values: ids}]
  const {SecurityGroups = []} = await ec2.describeSecurityGroups({Filters}, {abortSignal: signal})
  await Promise.all(SecurityGroups.map(group => revokeNaming(ec2, group, new Set([id]))))
}

/** Revokes the rules of a group that name groups which go. */
function revokeNaming(ec2: EC2, group: SecurityGroup, going: ReadonlySet<string>): Promise<unknown> {
  return revoke(ec2, group, rulesNaming(going, group.IpPermissions), rulesNaming(going, group.IpPermissionsEgress))
}

async function revoke(
  ec2: EC2,
  {GroupId}: SecurityGroup,
  ingress: IpPermission[],
  egress: IpPermission[],
): Promise<void> {
  await Promise.all([
    revokeThose(ingress, IpPermissions => ec2.revokeSecurityGroupIngress({GroupId, IpPermissions})),
    revokeThose(egress, IpPermissions => ec2.revokeSecurityGroupEgress({GroupId, IpPermissions})),
  ])
}

async function revokeThose(rules: IpPermission[], call: (rules: IpPermission[]) => Promise<unknown>): Promise<void> {
  if (rules.length === 0) return
  try {
    await call(rules)
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}

/** The part of a group's rules that names groups that go. */
function rulesNaming(going: ReadonlySet<string>, rules: readonly IpPermission[] = []): IpPermission[] {
  return rules.flatMap(({IpProtocol, FromPort, ToPort, UserIdGroupPairs = []}) => {
    const pairs = UserIdGroupPairs.filter(pair => going.has(pair.GroupId ?? ''))
    return pairs.length === 0 ? [] : [{IpProtocol, FromPort, ToPort, UserIdGroupPairs: pairs}]
  })
}
