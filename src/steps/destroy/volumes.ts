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

  async remove(context) {
    const {ec2, inventory, signal} = context
    const Values = [...idsOf(inventory.volumes, v => v.VolumeId)]
    if (Values.length === 0) return
    // Asked afresh: most of them have gone with their instances, and some may have been left by theirs.
    const {Volumes = []} = await ec2.describeVolumes({Filters: [{Name: 'volume-id', Values}]}, {abortSignal: signal})
    await Promise.all(
      idsOf(Volumes, v => v.VolumeId).map(id =>
        deleteUnblocked(`volume ${id}`, context, () => ec2.deleteVolume({VolumeId: id})),
      ),
    )
  },
}
