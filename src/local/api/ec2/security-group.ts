import type {RegionState, SecurityGroup} from '../../model.js'
import {action} from '../action.js'
import {ApiError} from '../api-error.js'
import {absent} from '../filters.js'
import {listItems, listingRequest, type Listing} from '../listing.js'
import {lookUp, newId} from '../resource-kinds.js'
import {tagsFor, tagSet, tagSpecifications} from '../tag-specifications.js'
import type {XmlElement} from '../xml.js'
import {ipPermissions} from './ip-permissions.js'

const listing = (state: RegionState): Listing<SecurityGroup> => ({
  kind: 'securityGroup',
  idOf: group => group.groupId,
  tagsOf: group => group.tags,
  fields: {
    'group-id': group => group.groupId,
    'group-name': group => group.groupName,
    'vpc-id': group => group.vpcId,
    description: group => group.description,
    'owner-id': () => state.accountId,
    ...ruleFields('ip-permission', false),
    ...ruleFields('egress.ip-permission', true),
  },
})

export const securityGroupActions = [
  action(
    'CreateSecurityGroup',
    parameters => {
      const input = {
        groupName: parameters.required('GroupName'),
        description: parameters.required('GroupDescription'),
        vpcId: parameters.optional('VpcId'),
        tags: tagSpecifications(parameters, 'securityGroup'),
      }
      checkName(input.groupName)
      checkText('GroupDescription', input.description)
      return input
    },
    async ({groupName, description, vpcId, tags}, region) => {
      const group = await region.store.change(state => {
        if (vpcId === undefined) throw new ApiError('VPCIdNotSpecified', 'No default VPC for this user')
        lookUp(state.vpcs, 'vpc', vpcId)
        const twin = Object.values(state.securityGroups).some(
          other => other.vpcId === vpcId && other.groupName === groupName,
        )
        if (twin)
          throw new ApiError(
            'InvalidGroup.Duplicate',
            `The security group '${groupName}' already exists for VPC '${vpcId}'`,
          )
        return newGroup(state, {vpcId, groupName, description, tags: tagsFor(tags, 'securityGroup')})
      })
      await region.network.sync(group.vpcId)
      return {
        return: true,
        groupId: group.groupId,
        securityGroupArn: arnOf(group, region.store.state),
        tagSet: tagSet(group.tags),
      }
    },
  ),
  action(
    'DescribeSecurityGroups',
    parameters => {
      const names = parameters.list('GroupName')
      if (names.length > 0)
        throw new ApiError(
          'InvalidParameterCombination',
          'GroupName is only for groups of a default VPC, which there is none; use the filter group-name',
        )
      return listingRequest(parameters, 'GroupId')
    },
    (request, {store: {state}}) => {
      const page = listItems(request, Object.values(state.securityGroups), listing(state))
      return {securityGroupInfo: page.items.map(group => describeGroup(group, state)), nextToken: page.nextToken}
    },
  ),
  action(
    'DeleteSecurityGroup',
    parameters => parameters.required('GroupId'),
    async (groupId, region) => {
      const vpcId = await region.store.change(state => {
        const group = lookUp(state.securityGroups, 'securityGroup', groupId)
        if (group.groupName === 'default')
          throw new ApiError(
            'CannotDelete',
            `the specified group: "${groupId}" name: "default" cannot be deleted by a user`,
          )
        if (isNeeded(state, groupId)) throw groupInUse(groupId)
        Reflect.deleteProperty(state.securityGroups, groupId)
        return group.vpcId
      })
      await region.network.sync(vpcId)
      return {return: true, groupId}
    },
  ),
]

export function groupInUse(groupId: string): ApiError {
  return new ApiError('DependencyViolation', `resource ${groupId} has a dependent object`)
}

/** The group every VPC comes with: its members talk to each other and to everybody outside. */
export function newDefaultGroup(state: RegionState, vpcId: string): void {
  const group = newGroup(state, {vpcId, groupName: 'default', description: 'default VPC security group', tags: []})
  group.rules.push({
    securityGroupRuleId: newId('sgr'),
    isEgress: false,
    ...ALL_TRAFFIC,
    peer: {kind: 'group', groupId: group.groupId},
    tags: [],
  })
}

const ALL_TRAFFIC = {ipProtocol: '-1', fromPort: -1, toPort: -1} as const

function newGroup(state: RegionState, group: Omit<SecurityGroup, 'groupId' | 'rules'>): SecurityGroup {
  const created: SecurityGroup = {
    ...group,
    groupId: newId('sg'),
    rules: [
      {
        securityGroupRuleId: newId('sgr'),
        isEgress: true,
        ...ALL_TRAFFIC,
        peer: {kind: 'cidr', cidrIpv4: '0.0.0.0/0'},
        tags: [],
      },
    ],
  }
  state.securityGroups[created.groupId] = created
  return created
}

/** By an interface, or by a rule of another group. */
function isNeeded(state: RegionState, groupId: string): boolean {
  return (
    Object.values(state.networkInterfaces).some(nic => nic.groupIds.includes(groupId)) ||
    Object.values(state.securityGroups).some(
      other =>
        other.groupId !== groupId && other.rules.some(({peer}) => peer.kind === 'group' && peer.groupId === groupId),
    )
  )
}

function checkName(name: string): void {
  checkText('GroupName', name)
  if (name.startsWith('sg-'))
    throw new ApiError(
      'InvalidParameterValue',
      `Value (${name}) for parameter GroupName is invalid. Group names may not be in the format sg-*.`,
    )
  if (name === 'default') throw new ApiError('InvalidGroup.Reserved', "The security group name 'default' is reserved")
}

/** EC2's character set for names and descriptions of groups, at most 255 of them. */
function checkText(parameter: string, text: string): void {
  if (text.length <= 255 && /^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]+$/.test(text)) return
  throw new ApiError(
    'InvalidParameterValue',
    `Value (${text}) for parameter ${parameter} is invalid. Character sets beyond ASCII are not supported.`,
  )
}

function ruleFields(prefix: string, isEgress: boolean) {
  const rules = (group: SecurityGroup) => group.rules.filter(rule => rule.isEgress === isEgress)
  return {
    [`${prefix}.cidr`]: (group: SecurityGroup) =>
      rules(group).map(({peer}) => (peer.kind === 'cidr' ? peer.cidrIpv4 : undefined)),
    [`${prefix}.ipv6-cidr`]: (group: SecurityGroup) =>
      rules(group).map(({peer}) => (peer.kind === 'cidrIpv6' ? peer.cidrIpv6 : undefined)),
    ...absent(`${prefix}.prefix-list-id`),
    [`${prefix}.group-id`]: (group: SecurityGroup) =>
      rules(group).map(({peer}) => (peer.kind === 'group' ? peer.groupId : undefined)),
    [`${prefix}.protocol`]: (group: SecurityGroup) => rules(group).map(rule => rule.ipProtocol),
    [`${prefix}.from-port`]: (group: SecurityGroup) => rules(group).map(rule => rule.fromPort),
    [`${prefix}.to-port`]: (group: SecurityGroup) => rules(group).map(rule => rule.toPort),
  }
}

function arnOf(group: SecurityGroup, state: RegionState): string {
  return `arn:aws:ec2:${state.region}:${state.accountId}:security-group/${group.groupId}`
}

function describeGroup(group: SecurityGroup, state: RegionState): XmlElement {
  const rules = (isEgress: boolean) => group.rules.filter(rule => rule.isEgress === isEgress)
  return {
    groupId: group.groupId,
    groupName: group.groupName,
    groupDescription: group.description,
    ownerId: state.accountId,
    vpcId: group.vpcId,
    securityGroupArn: arnOf(group, state),
    ipPermissions: ipPermissions(rules(false), state),
    ipPermissionsEgress: ipPermissions(rules(true), state),
    tagSet: tagSet(group.tags),
  }
}
