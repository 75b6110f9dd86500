import type {RegionState, SecurityGroup, SecurityGroupRule} from '../../model.js'
import type {Action} from '../action.js'
import {action} from '../action.js'
import {ApiError, missingParameter} from '../api-error.js'
import {doesNotExist, lookUp} from '../resource-kinds.js'
import {
  checkPeer,
  descriptionOf,
  isSameRule,
  portsOf,
  ruleLike,
  ruleRequests,
  ruleText,
  type RuleRequest,
} from './ip-permissions.js'
import {peerOf} from './rule-peer.js'

/** What rules of a security group become without losing their ids and tags. */
export const securityGroupRuleChangeActions = [
  action(
    'ModifySecurityGroupRules',
    parameters => {
      const changes = parameters.groups('SecurityGroupRule').map(entry => {
        const rule = entry.group('SecurityGroupRule')
        if (rule === undefined) throw missingParameter('SecurityGroupRule.SecurityGroupRule')
        const id = entry.required('SecurityGroupRuleId')
        return {id, rule: {...portsOf(rule), peer: peerOf(rule), ...descriptionOf(rule)}}
      })
      if (changes.length === 0) throw missingParameter('SecurityGroupRule')
      return {groupId: parameters.required('GroupId'), changes}
    },
    async ({groupId, changes}, region) => {
      const vpcId = await region.store.change(state => {
        const group = lookUp(state.securityGroups, 'securityGroup', groupId)
        for (const {id, rule} of changes) replaceRule(state, group, id, rule)
        return group.vpcId
      })
      await region.network.sync(vpcId)
      return {return: true}
    },
  ),
  describe('UpdateSecurityGroupRuleDescriptionsIngress', false),
  describe('UpdateSecurityGroupRuleDescriptionsEgress', true),
]

function describe(name: string, isEgress: boolean): Action {
  return action(
    name,
    parameters => {
      const rules = ruleRequests(parameters, isEgress)
      const byId = parameters
        .groups('SecurityGroupRuleDescription')
        .map(entry => ({id: entry.required('SecurityGroupRuleId'), ...descriptionOf(entry)}))
      if (rules.length + byId.length === 0)
        throw new ApiError(
          'MissingParameter',
          'The request must contain ipPermissions or security group rule descriptions',
        )
      return {groupId: parameters.required('GroupId'), rules, byId}
    },
    async ({groupId, rules, byId}, region) => {
      await region.store.change(state => {
        const group = lookUp(state.securityGroups, 'securityGroup', groupId)
        const described = [
          ...byId.map(({id, description}) => ({rule: ruleOf(group, id, isEgress), description})),
          ...rules.map(request => ({rule: ruleLike(group, request), description: request.description})),
        ]
        for (const {rule, description} of described) setRule(group, rule, {...rule, description})
      })
      return {return: true}
    },
  )
}

function replaceRule(
  state: RegionState,
  group: SecurityGroup,
  id: string,
  change: Omit<RuleRequest, 'isEgress'>,
): void {
  const rule = ruleOf(group, id)
  const {securityGroupRuleId, isEgress, tags} = rule
  const request = {...change, isEgress}
  checkPeer(state, group, request)
  if (group.rules.some(other => other !== rule && isSameRule(other, request)))
    throw new ApiError('InvalidPermission.Duplicate', `the specified rule "${ruleText(request)}" already exists`)
  setRule(group, rule, {...request, securityGroupRuleId, tags})
}

function setRule(
  group: SecurityGroup,
  rule: SecurityGroupRule,
  {description, ...rest}: Omit<SecurityGroupRule, 'description'> & {readonly description?: string | undefined},
): void {
  const next = description === undefined || description === '' ? rest : {...rest, description}
  group.rules = group.rules.map(other => (other === rule ? next : other))
}

function ruleOf(group: SecurityGroup, id: string, isEgress?: boolean): SecurityGroupRule {
  const rule = group.rules.find(
    other => other.securityGroupRuleId === id && (isEgress === undefined || other.isEgress === isEgress),
  )
  if (rule === undefined) throw doesNotExist('securityGroupRule', id)
  return rule
}
