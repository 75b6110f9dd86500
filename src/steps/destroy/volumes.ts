import {inChunks} from '../../aws/in-chunks.js'
import {deleteUnblocked, idsOf, idsOfKind, type Removal} from './removal.js'

/** Volumes that outlived their instances. */
export const volumes: Removal = {
  id: 'volumes',
  title: 'Delete left-over volumes',
  kind: 'volumes',
  costs: true,

  async remove(context) {
    const {ec2, inventory, signal} = context
    const ids = idsOfKind(inventory, 'volumes')
    // Asked afresh: most of them have gone with their instances, and some may have been left by theirs.
    const left = await inChunks(ids, async Values => {
      const Filters = [{Name: 'volume-id', Values}]
      return (await ec2.describeVolumes({Filters}, {abortSignal: signal})).Volumes
    })
    await Promise.all(
      idsOf(left, v => v.VolumeId).map(id =>
        deleteUnblocked(`volume ${id}`, context, () => ec2.deleteVolume({VolumeId: id})),
      ),
    )
  },
}
