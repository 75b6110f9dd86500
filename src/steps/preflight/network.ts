import type {Check} from './check.js'
import {refusal} from './problems.js'

/** The VPC and subnets of somebody else that the cluster is to stand in. */
export const network: Check = {
  name: 'network',
  concerns: ({spec}) => spec.network.existing !== undefined,
  signedIn: true,

  async run({facts}) {
    const {network: found, problems} = await facts.network()
    if (found?.existing === undefined || problems.length > 0) throw refusal(problems)
    const {vpcId, publicSubnets, privateSubnets} = found.existing
    const subnets = [...publicSubnets, ...privateSubnets].join(', ')
    return {detail: `${vpcId} (${found.vpcCidr}): ${subnets} in ${[...new Set(found.zones)].join(', ')}`}
  },
}
