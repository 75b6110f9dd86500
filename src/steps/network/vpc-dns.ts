import {defineStep} from '../engine/step.js'
import {vpc} from './vpc.js'

/** DNS host names, so that the VPC's resolver knows the instances; ModifyVpcAttribute takes one attribute a call. */
export const vpcDns = defineStep({
  id: 'network/vpc-dns',
  phase: 'network',
  title: 'Switch on DNS host names',
  needs: {vpc},
  changes: 1,

  async create({ec2}, needs) {
    await ec2.modifyVpcAttribute({VpcId: needs.vpc.vpcId, EnableDnsHostnames: {Value: true}})
    return {}
  },
})
