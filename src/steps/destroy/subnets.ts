import {deleteUnblocked, idsOfKind, type Removal} from './removal.js'

export const subnets: Removal = {
  id: 'subnets',
  title: 'Delete the subnets',
  kind: 'subnets',

  async remove(context) {
    const {ec2, inventory} = context
    await Promise.all(
      idsOfKind(inventory, 'subnets').map(id =>
        deleteUnblocked(`subnet ${id}`, context, () => ec2.deleteSubnet({SubnetId: id})),
      ),
    )
  },
}
