import {deleteUnblocked, idsOfKind, type Removal} from './removal.js'

export const vpcs: Removal = {
  id: 'vpcs',
  title: 'Delete the VPC',
  kind: 'vpcs',

  async remove(context) {
    const {ec2, inventory} = context
    await Promise.all(
      idsOfKind(inventory, 'vpcs').map(id => deleteUnblocked(`VPC ${id}`, context, () => ec2.deleteVpc({VpcId: id}))),
    )
  },
}
