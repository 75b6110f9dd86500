import {isNotFound} from '../../aws/errors.js'
import {deleteUnblocked, idsOf, type Removal} from './removal.js'

/** The groups name each other, so all rules go before the first group does. */
export const securityGroups: Removal = {
  id: 'security-groups',
  title: 'Delete the security groups',
  type: 'security-group',
  ids: inventory => idsOf(inventory.securityGroups, g => g.GroupId),

  async remove({ec2, inventory, signal}) {
    await Promise.all(
      inventory.securityGroups.map(async ({GroupId, IpPermissions = []}) => {
        if (GroupId === undefined || IpPermissions.length === 0) return
        try {
          await ec2.revokeSecurityGroupIngress({GroupId, IpPermissions})
        } catch (error) {
          if (!isNotFound(error)) throw error
        }
      }),
    )
    await Promise.all(
      this.ids(inventory).map(id =>
        deleteUnblocked(`security group ${id}`, signal, () => ec2.deleteSecurityGroup({GroupId: id})),
      ),
    )
  },
}
