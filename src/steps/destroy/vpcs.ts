import {deleteUnblocked, idsOf, type Removal} from './removal.js'

export const vpcs: Removal = {
  id: 'vpcs',
  title: 'Delete the VPC',
  type: 'vpc',
  ids: inventory => idsOf(inventory.vpcs, v => v.VpcId),

  async remove({ec2, inventory, signal}) {
    await Promise.all(
      this.ids(inventory).map(id => deleteUnblocked(`VPC ${id}`, signal, () => ec2.deleteVpc({VpcId: id}))),
    )
  },
}
