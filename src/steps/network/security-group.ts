import type {TagSpecification} from '@aws-sdk/client-ec2'
import {inVpc, madeBy} from '../../aws/inventory.js'
import {required} from '../../aws/required.js'
import {specTags} from '../../aws/spec-tags.js'
import type {Role} from '../../cluster/addressing.js'
import {rangesOf} from '../../cluster/operator-ranges.js'
import {defineStep, type Step} from '../engine/step.js'
import type {IngressRule} from './rule-table.js'
import {vpc} from './vpc.js'

export type SecurityGroup = Step<{groupId: string}, {vpc: typeof vpc}>

/** The step that makes the group of those members; its id is on the group as a tag. */
export function securityGroupStepId(members: IngressRule['target']): string {
  return `network/security-group/${members}`
}

/** What EC2 calls the group of those members; there may be one of that name in a VPC. */
export function securityGroupName(cluster: string, members: IngressRule['target']): string {
  return `${cluster}-${members}`
}

/** One group a role; its rules are steps of their own, because they name each other. */
function securityGroup(role: Role): SecurityGroup {
  return defineStep({
    id: securityGroupStepId(role),
    phase: 'network',
    title: `Create the ${role}s' security group`,
    needs: {vpc},
    onRepeat: 'refuses',

    find({inventory, stepId}, needs) {
      const found = madeBy(inVpc(inventory.securityGroups, needs.vpc.vpcId), stepId)
      return found?.GroupId === undefined ? undefined : {groupId: found.GroupId}
    },

    async create({ec2Once, spec, access, tags}, needs) {
      // Should the journal be lost, the spec is found here again, as there is no VPC of the cluster's own.
      const holdsRecord = role === 'controller' && spec.network.existing !== undefined
      const record = holdsRecord ? specTags({spec, ...rangesOf(access)}) : []
      const withRecord = ({Tags = [], ...rest}: TagSpecification) => ({...rest, Tags: [...Tags, ...record]})
      const {GroupId} = await ec2Once.createSecurityGroup({
        VpcId: needs.vpc.vpcId,
        GroupName: securityGroupName(spec.name, role),
        Description: `khw cluster ${spec.name}: ${role}s`,
        TagSpecifications: [withRecord(tags('security-group', securityGroupName(spec.name, role)))],
      })
      return {groupId: required(GroupId, 'GroupId')}
    },
  })
}

export const controllerGroup = securityGroup('controller')
export const workerGroup = securityGroup('worker')
