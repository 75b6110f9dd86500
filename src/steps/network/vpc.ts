import {madeBy} from '../../aws/inventory.js'
import {required} from '../../aws/required.js'
import {defineStep, type Nothing} from '../engine/step.js'

/** The cluster's own VPC. EC2 takes no client token here: `find` is what keeps a resume from making a second one. */
export const vpc = defineStep<{vpcId: string}, Nothing>({
  id: 'network/vpc',
  phase: 'network',
  title: 'Create the VPC',
  needs: {},

  find({inventory, stepId}) {
    const found = madeBy(inventory.vpcs, stepId)
    return found?.VpcId === undefined ? undefined : {vpcId: found.VpcId}
  },

  async create({ec2Once, spec, tags}) {
    const input = {CidrBlock: spec.network.vpcCidr, TagSpecifications: [tags('vpc', spec.name)]}
    const {Vpc} = await ec2Once.createVpc(input)
    return {vpcId: required(Vpc?.VpcId, 'VpcId')}
  },
})
