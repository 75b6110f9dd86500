import {isNotFound} from '../../aws/errors.js'
import {waitUntil} from '../engine/wait-until.js'
import {idsOf, type Removal} from './removal.js'

/** All machines in one call, then waits until the last one is gone: their interfaces hold everything else. */
export const instances: Removal = {
  id: 'instances',
  title: 'Terminate the machines',
  type: 'instance',
  ids: inventory => idsOf(inventory.instances, i => i.InstanceId),

  async remove({ec2, inventory, signal}) {
    const InstanceIds = [...this.ids(inventory)]
    if (InstanceIds.length === 0) return
    try {
      await ec2.terminateInstances({InstanceIds})
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
    await waitUntil(
      async () => {
        const Filters = [{Name: 'instance-id', Values: InstanceIds}]
        const {Reservations = []} = await ec2.describeInstances({Filters}, {abortSignal: signal})
        const left = Reservations.flatMap(r => r.Instances ?? []).filter(i => i.State?.Name !== 'terminated')
        return left.length === 0 ? true : undefined
      },
      {
        what: 'the machines to be terminated',
        budget: 600_000,
        every: 300,
        signal,
        suggestions: ['Run khw destroy again.'],
      },
    )
  },
}
