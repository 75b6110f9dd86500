import {deleteUnblocked, idsOf, type Removal} from './removal.js'

/** Volumes that outlived their instances. */
export const volumes: Removal = {
  id: 'volumes',
  title: 'Delete left-over volumes',
  type: 'volume',
  ids: inventory =>
    idsOf(
      inventory.volumes.filter(v => v.State === 'available'),
      v => v.VolumeId,
    ),

  async remove({ec2, inventory, signal}) {
    await Promise.all(
      this.ids(inventory).map(id => deleteUnblocked(`volume ${id}`, signal, () => ec2.deleteVolume({VolumeId: id}))),
    )
  },
}
