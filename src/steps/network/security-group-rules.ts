import type {IpPermission} from '@aws-sdk/client-ec2'
import {required} from '../../aws/required.js'
import {listRanges} from '../../cluster/operator-ranges.js'
import type {RegionAccess} from '../../cluster/provider.js'
import {hasLoadBalancer, type ClusterSpec} from '../../cluster/spec.js'
import {defineStep, type OutputsOf, type Step} from '../engine/step.js'
import {authorize, covers, permissionOf, type GroupIds} from './ip-permissions.js'
import {ingressRules, type GroupName} from './rule-table.js'
import {controllerGroup, loadBalancerGroup, workerGroup, type SecurityGroup} from './security-group.js'

type Groups = {
  readonly controller: SecurityGroup
  readonly worker: SecurityGroup
  readonly loadBalancer?: SecurityGroup
}

export type SecurityGroupRules = Step<{rules: number}, Groups>

/**
 * Opens one group for what the rule table lists. Says how many rules that is for one range outside: how many ranges there
 * are changes with every `khw access refresh`, and is no reason to go to the machines again.
 */
export function securityGroupRules(spec: ClusterSpec, target: GroupName): SecurityGroupRules {
  const wantedRules = (access: RegionAccess, groups: OutputsOf<Groups>): IpPermission[] =>
    ingressRules(spec, listRanges(access))
      .filter(rule => rule.target === target)
      .map(rule => permissionOf(rule, idsOf(groups)))
  const rules = ingressRules(spec, ['203.0.113.1/32']).filter(rule => rule.target === target).length
  const ownId = (groups: OutputsOf<Groups>): string => required(idsOf(groups)[target], `the group of the ${target}`)
  return defineStep<{rules: number}, Groups>({
    id: `network/security-group-rules/${target}`,
    phase: 'network',
    title: target === 'load-balancer' ? "Open the load balancer's port" : `Open the ${target}s' ports`,
    needs: {
      controller: controllerGroup,
      worker: workerGroup,
      // The workers' rules do not name it.
      ...(hasLoadBalancer(spec) && target !== 'worker' ? {loadBalancer: loadBalancerGroup} : {}),
    },
    // A call each, with one range that may reach it from outside.
    changes: rules,

    find({inventory, access}, needs) {
      const group = inventory.securityGroups.find(g => g.GroupId === ownId(needs))
      const wanted = wantedRules(access, needs)
      const there = group?.IpPermissions ?? []
      return wanted.every(rule => there.some(other => covers(other, rule))) ? {rules} : undefined
    },

    async create({ec2Once, access}, needs) {
      await authorize(ec2Once, ownId(needs), wantedRules(access, needs))
      return {rules}
    },
  })
}

function idsOf({controller, worker, loadBalancer}: OutputsOf<Groups>): GroupIds {
  return {
    controller: controller.groupId,
    worker: worker.groupId,
    ...(loadBalancer === undefined ? {} : {'load-balancer': loadBalancer.groupId}),
  }
}
