import {deleteUnblocked, idsOf, type Removal} from './removal.js'

export const subnets: Removal = {
  id: 'subnets',
  title: 'Delete the subnets',
  type: 'subnet',
  ids: inventory => idsOf(inventory.subnets, s => s.SubnetId),

  async remove(context) {
    const {ec2, inventory} = context
    await Promise.all(
      this.ids(inventory).map(id => deleteUnblocked(`subnet ${id}`, context, () => ec2.deleteSubnet({SubnetId: id}))),
    )
  },
}
