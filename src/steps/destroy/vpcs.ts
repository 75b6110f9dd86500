import {deleteUnblocked, idsOf, type Removal} from './removal.js'

export const vpcs: Removal = {
  id: 'vpcs',
  title: 'Delete the VPC',
  type: 'vpc',
  ids: inventory => idsOf(inventory.vpcs, v => v.VpcId),

  async remove(context) {
    const {ec2, inventory} = context
    await Promise.all(
      this.ids(inventory).map(id => deleteUnblocked(`VPC ${id}`, context, () => ec2.deleteVpc({VpcId: id}))),
    )
  },
}
