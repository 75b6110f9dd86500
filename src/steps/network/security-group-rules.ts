import type {IpPermission} from '@aws-sdk/client-ec2'
import {awsErrorCode} from '../../aws/errors.js'
import {listRanges} from '../../cluster/operator-ranges.js'
import type {Role} from '../../cluster/addressing.js'
import {defineStep, type Step} from '../engine/step.js'
import {ingressRules, type IngressRule} from './rule-table.js'
import {controllerGroup, workerGroup, type SecurityGroup} from './security-group.js'

type Groups = {
  readonly controller: SecurityGroup
  readonly worker: SecurityGroup
}

export type SecurityGroupRules = Step<{rules: number}, Groups>

/** Opens one role's group for what the rule table lists. */
function securityGroupRules(role: Role): SecurityGroupRules {
  return defineStep<{rules: number}, Groups>({
    id: `network/security-group-rules/${role}`,
    phase: 'network',
    title: `Open the ${role}s' ports`,
    needs: {controller: controllerGroup, worker: workerGroup},

    find({inventory, spec, access}, needs) {
      const group = inventory.securityGroups.find(g => g.GroupId === needs[role].groupId)
      const wanted = permissions(ingressRules(spec, listRanges(access)), role, needs)
      const there = group?.IpPermissions ?? []
      return wanted.every(rule => there.some(other => covers(other, rule))) ? {rules: wanted.length} : undefined
    },

    async create({ec2Once, spec, access}, needs) {
      const wanted = permissions(ingressRules(spec, listRanges(access)), role, needs)
      // One call a rule: EC2 refuses the whole list if a single rule is there already, as it is after a crash.
      await Promise.all(
        wanted.map(async rule => {
          try {
            await ec2Once.authorizeSecurityGroupIngress({GroupId: needs[role].groupId, IpPermissions: [rule]})
          } catch (error) {
            if (awsErrorCode(error) !== 'InvalidPermission.Duplicate') throw error
          }
        }),
      )
      return {rules: wanted.length}
    },
  })
}

export const controllerRules = securityGroupRules('controller')
export const workerRules = securityGroupRules('worker')

function permissions(
  rules: readonly IngressRule[],
  role: Role,
  groups: Readonly<Record<Role, {readonly groupId: string}>>,
): IpPermission[] {
  return rules
    .filter(rule => rule.target === role)
    .map(({from, protocol, ports, why}) => ({
      IpProtocol: protocol,
      ...(ports === undefined ? {} : {FromPort: ports[0], ToPort: ports[1]}),
      ...('cidr' in from
        ? {IpRanges: [{CidrIp: from.cidr, Description: why}]}
        : {UserIdGroupPairs: [{GroupId: groups[from.group].groupId, Description: why}]}),
    }))
}

/** EC2 merges rules of the same ports into one permission with several peers. */
function covers(there: IpPermission, wanted: IpPermission): boolean {
  return (
    there.IpProtocol === wanted.IpProtocol &&
    (there.FromPort ?? -1) === (wanted.FromPort ?? -1) &&
    (there.ToPort ?? -1) === (wanted.ToPort ?? -1) &&
    (wanted.IpRanges ?? []).every(w => there.IpRanges?.some(t => t.CidrIp === w.CidrIp)) &&
    (wanted.UserIdGroupPairs ?? []).every(w => there.UserIdGroupPairs?.some(t => t.GroupId === w.GroupId))
  )
}
