import {madeBy} from '../../aws/inventory.js'
import {required} from '../../aws/required.js'
import {rangesOf} from '../../cluster/operator-ranges.js'
import {specTags} from '../../aws/spec-tags.js'
import {defineStep, type Nothing} from '../engine/step.js'

/** The cluster's own VPC. EC2 takes no client token here: `find` is what keeps a resume from making a second one. */
export const vpc = defineStep<{vpcId: string}, Nothing>({
  id: 'network/vpc',
  phase: 'network',
  title: 'Create the VPC',
  needs: {},
  onRepeat: 'doubles',

  find({inventory, stepId}) {
    const found = madeBy(inventory.vpcs, stepId)
    return found?.VpcId === undefined ? undefined : {vpcId: found.VpcId}
  },

  async create({ec2Once, spec, access, tags}) {
    const {ResourceType, Tags = []} = tags('vpc', spec.name)
    // Should the journal be lost, the spec is found here again.
    const all = [...Tags, ...specTags({spec, ...rangesOf(access)})]
    const {Vpc} = await ec2Once.createVpc({
      CidrBlock: spec.network.vpcCidr,
      TagSpecifications: [{ResourceType, Tags: all}],
    })
    return {vpcId: required(Vpc?.VpcId, 'VpcId')}
  },
})
