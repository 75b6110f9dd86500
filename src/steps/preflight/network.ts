import {isPrivate} from '../../cluster/addressing.js'
import {refusedSpec} from '../../cluster/refused-spec.js'
import type {Check} from './check.js'

/** The VPC and subnets of somebody else that the cluster is to stand in, and the way out of machines that are not public. */
export const network: Check = {
  name: 'network',
  concerns: ({spec}) => spec.network.existing !== undefined || isPrivate(spec, 'worker'),
  signedIn: true,

  async run({facts}) {
    const {network: found, problems} = await facts.network()
    if (problems.length > 0) throw refusedSpec(problems)
    if (found?.existing === undefined) return {detail: 'its own, the workers without public addresses'}
    const {vpcId, publicSubnets, privateSubnets} = found.existing
    const subnets = [...publicSubnets, ...privateSubnets].join(', ')
    return {detail: `${vpcId} (${found.vpcCidr}): ${subnets} in ${[...new Set(found.zones)].join(', ')}`}
  },
}
