import {isNotFound} from '../../aws/errors.js'
import {deleteUnblocked, idsOf, idsOfKind, type Removal} from './removal.js'

export const routeTables: Removal = {
  id: 'route-tables',
  title: 'Delete the route tables',
  kind: 'routeTables',

  async remove(context) {
    const {ec2, inventory} = context
    const associations = inventory.routeTables.flatMap(t => t.Associations ?? []).filter(a => a.Main !== true)
    await Promise.all(
      idsOf(associations, a => a.RouteTableAssociationId).map(async AssociationId => {
        try {
          await ec2.disassociateRouteTable({AssociationId})
        } catch (error) {
          if (!isNotFound(error)) throw error
        }
      }),
    )
    await Promise.all(
      idsOfKind(inventory, 'routeTables').map(id =>
        deleteUnblocked(`route table ${id}`, context, () => ec2.deleteRouteTable({RouteTableId: id})),
      ),
    )
  },
}
