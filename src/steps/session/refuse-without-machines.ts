import {nodesOf} from '../../cluster/addressing.js'
import {KhwError} from '../../errors.js'
import {instanceOfNode} from '../compute/node-instance.js'
import type {ClusterAtWork} from './cluster-at-work.js'
import {openSession} from './session.js'

/** Whoever asks for something new on the machines that there are does not ask for new machines. `what` is it: `new certificates`. */
export async function refuseWithoutMachines(
  {directory, journal, access}: ClusterAtWork,
  signal: AbortSignal,
  what: string,
): Promise<void> {
  const session = await openSession(directory, journal.header, access, signal)
  const {spec, inventory} = session.context
  await session.close()
  const lost = nodesOf(spec).filter(({name}) => instanceOfNode(inventory, name)?.State?.Name !== 'running')
  if (lost.length === 0) return
  const names = lost.map(({name}) => name).join(', ')
  throw new KhwError('NODE_NOT_FOUND', `Not running, so that they cannot be given ${what}: ${names}.`, [
    `Start them, or make them anew: khw create --name ${spec.name}`,
  ])
}
