import {inVpc, madeBy} from '../../aws/inventory.js'
import {required} from '../../aws/required.js'
import {subnetCidr} from '../../cluster/addressing.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import {defineStep, type Step} from '../engine/step.js'
import {vpc} from './vpc.js'
import {zones} from './zones.js'

export type Subnet = Step<{subnetId: string}>

/** Subnet `number` (from 1), in a zone of its own where the region has as many. */
export function subnet(spec: ClusterSpec, number: number): Subnet {
  return defineStep({
    id: `network/subnet/${number}`,
    phase: 'network',
    title: `Create subnet ${number}`,
    needs: {vpc, zones},
    onRepeat: 'refuses',

    find({inventory, stepId}, needs) {
      const found = madeBy(inVpc(inventory.subnets, needs.vpc.vpcId), stepId)
      return found?.SubnetId === undefined ? undefined : {subnetId: found.SubnetId}
    },

    async create({ec2Once, tags}, needs) {
      const {Subnet} = await ec2Once.createSubnet({
        VpcId: needs.vpc.vpcId,
        CidrBlock: subnetCidr(spec, number),
        AvailabilityZone: required(needs.zones.zones[(number - 1) % needs.zones.zones.length], 'a zone'),
        TagSpecifications: [tags('subnet', `${spec.name}-${number}`)],
      })
      return {subnetId: required(Subnet?.SubnetId, 'SubnetId')}
    },
  })
}
