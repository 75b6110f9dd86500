import {required} from '../../aws/required.js'
import type {ExistingNetwork} from '../../cluster/existing-network.js'
import {defineStep, type Nothing, type Step} from '../engine/step.js'
import {vpc} from './vpc.js'

/**
 * Stands in the plan where the step `vpc` does otherwise, so that all that needs it need not care whose the VPC is. Makes
 * nothing, and no tag says that the VPC is the cluster's.
 */
export function existingVpc({vpcId}: ExistingNetwork): Step<{vpcId: string}, Nothing> {
  return defineStep<{vpcId: string}, Nothing>({
    id: vpc.id,
    phase: 'network',
    title: `Use ${vpcId}`,
    needs: {},

    async create({ec2, signal}) {
      const {Vpcs} = await ec2.describeVpcs({VpcIds: [vpcId]}, {abortSignal: signal})
      return {vpcId: required(Vpcs?.[0]?.VpcId, 'VpcId')}
    },
  })
}
