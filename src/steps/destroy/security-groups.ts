import type {EC2, IpPermission, SecurityGroup} from '@aws-sdk/client-ec2'
import {isNotFound} from '../../aws/errors.js'
import {deleteUnblocked, idsOfKind, type Removal} from './removal.js'

/** The groups name each other, so all rules go before the first group does. */
export const securityGroups: Removal = {
  id: 'security-groups',
  title: 'Delete the security groups',
  kind: 'securityGroups',

  async remove(context) {
    const {ec2, inventory, kept} = context
    const going = new Set(idsOfKind(inventory, 'securityGroups'))
    await Promise.all([
      ...inventory.securityGroups.map(group => revoke(ec2, group, group.IpPermissions ?? [])),
      ...kept.securityGroups.map(group => revoke(ec2, group, rulesNaming(going, group))),
    ])
    await Promise.all(
      idsOfKind(inventory, 'securityGroups').map(id =>
        deleteUnblocked(`security group ${id}`, context, () => ec2.deleteSecurityGroup({GroupId: id})),
      ),
    )
  },
}

async function revoke(ec2: EC2, {GroupId}: SecurityGroup, IpPermissions: IpPermission[]): Promise<void> {
  if (GroupId === undefined || IpPermissions.length === 0) return
  try {
    await ec2.revokeSecurityGroupIngress({GroupId, IpPermissions})
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}

/** The part of a group's rules that admits members of groups that go. */
function rulesNaming(going: ReadonlySet<string>, {IpPermissions = []}: SecurityGroup): IpPermission[] {
  return IpPermissions.flatMap(({IpProtocol, FromPort, ToPort, UserIdGroupPairs = []}) => {
    const pairs = UserIdGroupPairs.filter(pair => going.has(pair.GroupId ?? ''))
    return pairs.length === 0 ? [] : [{IpProtocol, FromPort, ToPort, UserIdGroupPairs: pairs}]
  })
}
