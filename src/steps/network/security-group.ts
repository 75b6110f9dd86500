import type {TagSpecification} from '@aws-sdk/client-ec2'
import {inVpc, madeBy} from '../../aws/inventory.js'
import {required} from '../../aws/required.js'
import {specTags} from '../../aws/spec-tags.js'
import {rangesOf} from '../../cluster/operator-ranges.js'
import {defineStep, type Step} from '../engine/step.js'
import type {GroupName} from './rule-table.js'
import {vpc} from './vpc.js'

export type SecurityGroup = Step<{groupId: string}, {vpc: typeof vpc}>

/** The step that makes the group of those members; its id is on the group as a tag. */
export function securityGroupStepId(members: GroupName): string {
  return `network/security-group/${members}`
}

/** What EC2 calls the group of those members; there may be one of that name in a VPC. */
export function securityGroupName(cluster: string, members: GroupName): string {
  return `${cluster}-${members}`
}

/** One group a role, and one for the load balancer; their rules are steps of their own, because they name each other. */
function securityGroup(name: GroupName, members: string): SecurityGroup {
  return defineStep({
    id: securityGroupStepId(name),
    phase: 'network',
    title: `Create the security group of the ${members}`,
    needs: {vpc},
    onRepeat: 'refuses',

    find({inventory, stepId}, needs) {
      const found = madeBy(inVpc(inventory.securityGroups, needs.vpc.vpcId), stepId)
      return found?.GroupId === undefined ? undefined : {groupId: found.GroupId}
    },

    async create({ec2Once, spec, access, tags}, needs) {
      // Should the journal be lost, the spec is found here again, as there is no VPC of the cluster's own.
      const holdsRecord = name === 'controller' && spec.network.existing !== undefined
      const record = holdsRecord ? specTags({spec, ...rangesOf(access)}) : []
      const withRecord = ({Tags = [], ...rest}: TagSpecification) => ({...rest, Tags: [...Tags, ...record]})
      const {GroupId} = await ec2Once.createSecurityGroup({
        VpcId: needs.vpc.vpcId,
        GroupName: securityGroupName(spec.name, name),
        Description: `khw cluster ${spec.name}: ${members}`,
        TagSpecifications: [withRecord(tags('security-group', securityGroupName(spec.name, name)))],
      })
      return {groupId: required(GroupId, 'GroupId')}
    },
  })
}

export const controllerGroup = securityGroup('controller', 'controllers')
export const workerGroup = securityGroup('worker', 'workers')
export const loadBalancerGroup = securityGroup('load-balancer', 'load balancer')
