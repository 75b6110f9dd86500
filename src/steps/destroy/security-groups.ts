import type {IpPermission, SecurityGroup} from '@aws-sdk/client-ec2'
import {isNotFound} from '../../aws/errors.js'
import {deleteUnblocked, idsOfKind, type Removal} from './removal.js'

/** The groups name each other, so all rules that do go before the first group does. */
export const securityGroups: Removal = {
  id: 'security-groups',
  title: 'Delete the security groups',
  kind: 'securityGroups',

  async remove(context) {
    const {ec2, inventory, kept} = context
    const going = new Set(idsOfKind(inventory, 'securityGroups'))
    const named = ({IpPermissionsEgress}: SecurityGroup): IpPermission[] => rulesNaming(going, IpPermissionsEgress)
    const ingress = [
      ...inventory.securityGroups.map(group => ({group, rules: group.IpPermissions ?? []})),
      ...kept.securityGroups.map(group => ({group, rules: rulesNaming(going, group.IpPermissions)})),
    ]
    const egress = [...inventory.securityGroups, ...kept.securityGroups].map(group => ({group, rules: named(group)}))
    await Promise.all([
      ...ingress.map(({group: {GroupId}, rules}) =>
        revoke(rules, IpPermissions => ec2.revokeSecurityGroupIngress({GroupId, IpPermissions})),
      ),
      ...egress.map(({group: {GroupId}, rules}) =>
        revoke(rules, IpPermissions => ec2.revokeSecurityGroupEgress({GroupId, IpPermissions})),
      ),
    ])
    await Promise.all(
      idsOfKind(inventory, 'securityGroups').map(id =>
        deleteUnblocked(`security group ${id}`, context, () => ec2.deleteSecurityGroup({GroupId: id})),
      ),
    )
  },
}

async function revoke(rules: IpPermission[], call: (rules: IpPermission[]) => Promise<unknown>): Promise<void> {
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
