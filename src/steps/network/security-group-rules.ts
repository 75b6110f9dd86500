import type {IpPermission} from '@aws-sdk/client-ec2'
import {listRanges} from '../../cluster/operator-ranges.js'
import type {RegionAccess} from '../../cluster/provider.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import type {Role} from '../../cluster/addressing.js'
import {defineStep, type OutputsOf, type Step} from '../engine/step.js'
import {authorize, covers, permissionOf} from './ip-permissions.js'
import {ingressRules} from './rule-table.js'
import {controllerGroup, workerGroup, type SecurityGroup} from './security-group.js'

type Groups = {
  readonly controller: SecurityGroup
  readonly worker: SecurityGroup
}

export type SecurityGroupRules = Step<{rules: number}, Groups>

/** Opens one role's group for what the rule table lists. */
function securityGroupRules(role: Role): SecurityGroupRules {
  const wantedRules = (spec: ClusterSpec, access: RegionAccess, groups: OutputsOf<Groups>): IpPermission[] => {
    const ids = {controller: groups.controller.groupId, worker: groups.worker.groupId}
    return ingressRules(spec, listRanges(access))
      .filter(rule => rule.target === role)
      .map(rule => permissionOf(rule, ids))
  }
  return defineStep<{rules: number}, Groups>({
    id: `network/security-group-rules/${role}`,
    phase: 'network',
    title: `Open the ${role}s' ports`,
    needs: {controller: controllerGroup, worker: workerGroup},

    find({inventory, spec, access}, needs) {
      const group = inventory.securityGroups.find(g => g.GroupId === needs[role].groupId)
      const wanted = wantedRules(spec, access, needs)
      const there = group?.IpPermissions ?? []
      return wanted.every(rule => there.some(other => covers(other, rule))) ? {rules: wanted.length} : undefined
    },

    async create({ec2Once, spec, access}, needs) {
      const wanted = wantedRules(spec, access, needs)
      await authorize(ec2Once, needs[role].groupId, wanted)
      return {rules: wanted.length}
    },
  })
}

export const controllerRules = securityGroupRules('controller')
export const workerRules = securityGroupRules('worker')
