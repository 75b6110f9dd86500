import {inVpc, madeBy} from '../../aws/inventory.js'
import {required} from '../../aws/required.js'
import type {Role} from '../../cluster/addressing.js'
import {defineStep, type Step} from '../engine/step.js'
import type {IngressRule} from './rule-table.js'
import {vpc} from './vpc.js'

export type SecurityGroup = Step<{groupId: string}, {vpc: typeof vpc}>

/** The step that makes the group of those members; its id is on the group as a tag. */
export function securityGroupStepId(members: IngressRule['target']): string {
  return `network/security-group/${members}`
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

    async create({ec2Once, spec, tags}, needs) {
      const {GroupId} = await ec2Once.createSecurityGroup({
        VpcId: needs.vpc.vpcId,
        GroupName: `${spec.name}-${role}`,
        Description: `khw cluster ${spec.name}: ${role}s`,
        TagSpecifications: [tags('security-group', `${spec.name}-${role}`)],
      })
      return {groupId: required(GroupId, 'GroupId')}
    },
  })
}

export const controllerGroup = securityGroup('controller')
export const workerGroup = securityGroup('worker')
