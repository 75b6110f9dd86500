import {deleteUnblocked, idsOf, type Removal} from './removal.js'

/** Interfaces that outlived their instances. */
export const networkInterfaces: Removal = {
  id: 'network-interfaces',
  title: 'Delete left-over network interfaces',
  type: 'network-interface',
  // An attached interface goes with its instance, which is another removal's work.
  ids: inventory =>
    idsOf(
      inventory.networkInterfaces.filter(i => i.Attachment === undefined),
      i => i.NetworkInterfaceId,
    ),

  async remove({ec2, inventory, signal}) {
    await Promise.all(
      this.ids(inventory).map(id =>
        deleteUnblocked(`network interface ${id}`, signal, () => ec2.deleteNetworkInterface({NetworkInterfaceId: id})),
      ),
    )
  },
}
