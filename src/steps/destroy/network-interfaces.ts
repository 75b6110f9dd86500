import {inChunks} from '../../aws/in-chunks.js'
import {waitUntil} from '../engine/wait-until.js'
import {deleteUnblocked, idsOf, LET_GO, type Removal} from './removal.js'

/** Interfaces that outlived their instances. */
export const networkInterfaces: Removal = {
  id: 'network-interfaces',
  title: 'Delete left-over network interfaces',
  kind: 'networkInterfaces',

  async remove(context) {
    const {ec2, inventory, clock, signal, progress, letGoWithin} = context
    const ids = idsOf(
      // What a service of AWS has put there it takes away itself.
      inventory.networkInterfaces.filter(i => i.RequesterManaged !== true),
      i => i.NetworkInterfaceId,
    )
    if (ids.length === 0) return
    await waitUntil(
      async () => {
        // Asked afresh: most have gone with their instances; one that is still attached is refused as a bad parameter.
        const left = await inChunks(ids, async Values => {
          const Filters = [{Name: 'network-interface-id', Values}]
          return (await ec2.describeNetworkInterfaces({Filters}, {abortSignal: signal})).NetworkInterfaces
        })
        if (left.length === 0) return true
        const free = idsOf(left, i => (i.Status === 'available' ? i.NetworkInterfaceId : undefined))
        await Promise.all(
          free.map(id =>
            deleteUnblocked(`network interface ${id}`, context, () =>
              ec2.deleteNetworkInterface({NetworkInterfaceId: id}),
            ),
          ),
        )
        if (free.length === left.length) return true
        progress(`waiting for ${left.length - free.length} interfaces to be detached`)
        return undefined
      },
      {what: 'the interfaces to be detached', budget: letGoWithin, ...LET_GO, clock, signal},
    )
  },
}
