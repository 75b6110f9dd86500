import {nodesOf} from '../../cluster/addressing.js'
import {KhwError} from '../../errors.js'
import {instanceOfNode} from '../compute/node-instance.js'
import {withCluster, type ClusterOptions} from './open-cluster.js'

/** Whoever asks for something new on the machines that there are does not ask for new machines. `what` is it: `new certificates`. */
export function refuseWithoutMachines(options: ClusterOptions, what: string): Promise<void> {
  return withCluster(options, ({context: {spec, inventory}}) => {
    const lost = nodesOf(spec).filter(({name}) => instanceOfNode(inventory, name)?.State?.Name !== 'running')
    if (lost.length === 0) return Promise.resolve()
    const names = lost.map(({name}) => name).join(', ')
    throw new KhwError('NODE_NOT_FOUND', `Not running, so that they cannot be given ${what}: ${names}.`, [
      `Start them, or make them anew: khw create --name ${spec.name}`,
    ])
  })
}
