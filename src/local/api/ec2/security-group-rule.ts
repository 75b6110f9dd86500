import type {RegionState, SecurityGroup, SecurityGroupRule} from '../../model.js'
import type {Action} from '../action.js'
import {action} from '../action.js'
import {ApiError} from '../api-error.js'
import {listItems, listingRequest, type Listing} from '../listing.js'
import {doesNotExist, lookUp, newId} from '../resource-kinds.js'
import {tagsFor, tagSet, tagSpecifications} from '../tag-specifications.js'
import type {XmlElement} from '../xml.js'
import {checkPeer, isSameRule, ruleLike, ruleRequests, ruleText} from './ip-permissions.js'
import {describePeer} from './rule-peer.js'

/** EC2's default quota, for each direction. */
const RULES_PER_DIRECTION = 60

interface GroupAndRule {
  readonly groupId: string
  readonly rule: SecurityGroupRule
}

const listing: Listing<GroupAndRule> = {
  kind: 'securityGroupRule',
  idOf: ({rule}) => rule.securityGroupRuleId,
  tagsOf: ({rule}) => rule.tags,
  fields: {'group-id': ({groupId}) => groupId, 'security-group-rule-id': ({rule}) => rule.securityGroupRuleId},
}

export const securityGroupRuleActions = [
  action(
    'DescribeSecurityGroupRules',
    parameters => listingRequest(parameters, 'SecurityGroupRuleId'),
    (request, {store: {state}}) => {
      const rules = Object.values(state.securityGroups).flatMap(({groupId, rules}) =>
        rules.map(rule => ({groupId, rule})),
      )
      const page = listItems(request, rules, listing)
      return {
        securityGroupRuleSet: page.items.map(({groupId, rule}) => describeRule(groupId, rule, state)),
        nextToken: page.nextToken,
      }
    },
  ),
  authorize('AuthorizeSecurityGroupIngress', false),
  authorize('AuthorizeSecurityGroupEgress', true),
  revoke('RevokeSecurityGroupIngress', false),
  revoke('RevokeSecurityGroupEgress', true),
]

function authorize(name: string, isEgress: boolean): Action {
  return action(
    name,
    parameters => {
      const rules = ruleRequests(parameters, isEgress)
      if (rules.length === 0)
        throw new ApiError('MissingParameter', 'The request must contain the parameter ipPermissions')
      const tags = tagSpecifications(parameters, 'securityGroupRule')
      return {groupId: parameters.required('GroupId'), rules, tags}
    },
    async ({groupId, rules, tags}, region) => {
      const {added, vpcId} = await region.store.change(state => {
        const group = lookUp(state.securityGroups, 'securityGroup', groupId)
        const added = rules.map(request => {
          checkPeer(state, group, request)
          if (group.rules.some(other => isSameRule(other, request)))
            throw new ApiError(
              'InvalidPermission.Duplicate',
              `the specified rule "${ruleText(request)}" already exists`,
            )
          const rule = {...request, securityGroupRuleId: newId('sgr'), tags: tagsFor(tags, 'securityGroupRule')}
          group.rules.push(rule)
          return rule
        })
        if (group.rules.filter(rule => rule.isEgress === isEgress).length > RULES_PER_DIRECTION)
          throw new ApiError(
            'RulesPerSecurityGroupLimitExceeded',
            'The maximum number of rules per security group has been reached.',
          )
        return {added, vpcId: group.vpcId}
      })
      await region.network.sync(vpcId)
      const {state} = region.store
      return {return: true, securityGroupRuleSet: added.map(rule => describeRule(groupId, rule, state))}
    },
  )
}

function revoke(name: string, isEgress: boolean): Action {
  return action(
    name,
    parameters => {
      const rules = ruleRequests(parameters, isEgress)
      const ids = parameters.list('SecurityGroupRuleId')
      if (rules.length + ids.length === 0)
        throw new ApiError('MissingParameter', 'The request must contain ipPermissions or security group rule IDs')
      return {groupId: parameters.required('GroupId'), rules, ids}
    },
    async ({groupId, rules, ids}, region) => {
      const {revoked, vpcId} = await region.store.change(state => {
        const group = lookUp(state.securityGroups, 'securityGroup', groupId)
        const revoked = new Set([
          ...ids.map(id => ruleById(group, id, isEgress)),
          ...rules.map(request => ruleLike(group, request)),
        ])
        group.rules = group.rules.filter(rule => !revoked.has(rule))
        return {revoked: [...revoked], vpcId: group.vpcId}
      })
      await region.network.sync(vpcId)
      return {return: true, revokedSecurityGroupRuleSet: revoked.map(rule => describeRevoked(groupId, rule))}
    },
  )
}

function ruleById(group: SecurityGroup, id: string, isEgress: boolean): SecurityGroupRule {
  const rule = group.rules.find(other => other.securityGroupRuleId === id && other.isEgress === isEgress)
  if (rule === undefined) throw doesNotExist('securityGroupRule', id)
  return rule
}

function describeRule(groupId: string, rule: SecurityGroupRule, state: RegionState): XmlElement {
  const {region, accountId} = state
  return {
    securityGroupRuleId: rule.securityGroupRuleId,
    securityGroupRuleArn: `arn:aws:ec2:${region}:${accountId}:security-group-rule/${rule.securityGroupRuleId}`,
    groupId,
    groupOwnerId: accountId,
    isEgress: rule.isEgress,
    ipProtocol: rule.ipProtocol,
    fromPort: rule.fromPort,
    toPort: rule.toPort,
    ...describePeer(rule.peer, accountId),
    description: rule.description,
    tagSet: tagSet(rule.tags),
  }
}

function describeRevoked(groupId: string, rule: SecurityGroupRule): XmlElement {
  const {peer, securityGroupRuleId, isEgress, ipProtocol, fromPort, toPort, description} = rule
  return {
    securityGroupRuleId,
    groupId,
    isEgress,
    ipProtocol,
    fromPort,
    toPort,
    cidrIpv4: peer.kind === 'cidr' ? peer.cidrIpv4 : undefined,
    cidrIpv6: peer.kind === 'cidrIpv6' ? peer.cidrIpv6 : undefined,
    referencedGroupId: peer.kind === 'group' ? peer.groupId : undefined,
    description,
  }
}
