import {deleteUnblocked, idsOf, type Removal} from './removal.js'

export const subnets: Removal = {
  id: 'subnets',
  title: 'Delete the subnets',
  type: 'subnet',
  ids: inventory => idsOf(inventory.subnets, s => s.SubnetId),

  async remove({ec2, inventory, signal}) {
    await Promise.all(
      this.ids(inventory).map(id => deleteUnblocked(`subnet ${id}`, signal, () => ec2.deleteSubnet({SubnetId: id}))),
    )
  },
}
