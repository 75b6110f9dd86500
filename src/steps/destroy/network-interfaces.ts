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

  async remove(context) {
    const {ec2, inventory, signal} = context
    const Values = [...idsOf(inventory.networkInterfaces, i => i.NetworkInterfaceId)]
    if (Values.length === 0) return
    // Asked afresh: most of them have gone with their instances, and some may have been left by theirs.
    const {NetworkInterfaces = []} = await ec2.describeNetworkInterfaces(
      {Filters: [{Name: 'network-interface-id', Values}]},
      {abortSignal: signal},
    )
    await Promise.all(
      idsOf(NetworkInterfaces, i => i.NetworkInterfaceId).map(id =>
        deleteUnblocked(`network interface ${id}`, context, () => ec2.deleteNetworkInterface({NetworkInterfaceId: id})),
      ),
    )
  },
}
