import type {EC2} from '@aws-sdk/client-ec2'
import {isNotFound} from '../../aws/errors.js'
import {inChunks} from '../../aws/in-chunks.js'
import {allInstances} from '../../aws/kinds.js'
import {Fatal, waitUntil} from '../engine/wait-until.js'
import {idsOf, idsOfKind, type Removal} from './removal.js'

/** All machines in one call, then waits until the last one is gone: their interfaces hold everything else. */
export const instances: Removal = {
  id: 'instances',
  title: 'Terminate the machines',
  kind: 'instances',
  costs: true,

  async remove(context) {
    const {ec2, inventory, clock, signal, letGoWithin} = context
    const InstanceIds = [...idsOfKind(inventory, 'instances')]
    if (InstanceIds.length === 0) return
    await waitUntil(
      async () => {
        const found = await inChunks(InstanceIds, Values => allInstances(ec2, [{Name: 'instance-id', Values}], signal))
        const left = found.filter(i => i.State?.Name !== 'terminated')
        if (left.length === 0) return true
        const running = idsOf(left, i => (i.State?.Name === 'shutting-down' ? undefined : i.InstanceId))
        // If EC2 has forgotten one of them meanwhile it terminates none: then the next round names the others.
        if (running.length > 0) await terminate(ec2, running)
        return undefined
      },
      {
        what: 'the machines to be terminated',
        budget: letGoWithin,
        every: 300,
        slowest: 2_000,
        clock,
        signal,
        suggestions: ['Run khw destroy again.'],
      },
    )
  },
}

async function terminate(ec2: EC2, ids: readonly string[]): Promise<void> {
  try {
    await ec2.terminateInstances({InstanceIds: [...ids]})
  } catch (error) {
    if (!isNotFound(error) && error instanceof Error) throw new Fatal(error)
  }
}
