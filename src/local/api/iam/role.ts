import type {IamRole} from '../../iam-model.js'
import type {RegionState} from '../../model.js'
import {queryAction} from '../action.js'
import {ApiError} from '../api-error.js'
import type {Parameters} from '../parameters.js'
import {tagList} from '../tag-specifications.js'
import type {XmlElement} from '../xml.js'
import {instanceProfileArn, roleArn} from './arns.js'
import {lookUpRole, own} from './lookup.js'
import {alreadyExists, deleteConflict, iamId, nameOf, pathOf} from './names.js'
import {iamList, iamPage} from './paging.js'
import {checkLength, encodedPolicy, policyLength, policyText} from './policy-text.js'
import {tagMembers} from './tags.js'

/** Most characters of a trust policy (IAM User Guide, "IAM and AWS STS quotas"). */
const TRUST_SIZE = 2_048

export const roleActions = [
  queryAction(
    'CreateRole',
    parameters => ({
      roleName: nameOf(parameters, 'RoleName'),
      path: pathOf(parameters),
      trust: trustOf(parameters, 'AssumeRolePolicyDocument'),
      description: parameters.optional('Description'),
      maxSessionDuration: sessionDuration(parameters) ?? 3600,
      tags: tagList(parameters, 'Tags'),
    }),
    ({trust, description, ...role}, region) =>
      region.store.change(state => {
        if (own(state.roles, role.roleName)) throw alreadyExists(`Role with name ${role.roleName} already exists.`)
        return {Role: describeRole(state, newRole(state, {...role, trust, description, now: region.now()}))}
      }),
  ),
  queryAction(
    'GetRole',
    parameters => parameters.required('RoleName'),
    (roleName, {store: {state}}) => ({Role: describeRole(state, lookUpRole(state, roleName))}),
  ),
  queryAction(
    'ListRoles',
    parameters => ({prefix: parameters.optional('PathPrefix') ?? '/', page: iamPage(parameters)}),
    ({prefix, page}, {store: {state}}) =>
      iamList(
        'Roles',
        Object.values(state.roles).filter(role => role.path.startsWith(prefix)),
        page,
        {idOf: role => role.roleName, show: role => describeRole(state, role)},
      ),
  ),
  queryAction(
    'UpdateRole',
    parameters => ({
      roleName: parameters.required('RoleName'),
      description: parameters.optional('Description'),
      maxSessionDuration: sessionDuration(parameters),
    }),
    async ({roleName, description, maxSessionDuration}, region) => {
      await region.store.change(state => {
        const role = lookUpRole(state, roleName)
        if (description !== undefined) role.description = description
        if (maxSessionDuration !== undefined) role.maxSessionDuration = maxSessionDuration
      })
      return {}
    },
  ),
  queryAction(
    'UpdateAssumeRolePolicy',
    parameters => ({roleName: parameters.required('RoleName'), trust: trustOf(parameters, 'PolicyDocument')}),
    async ({roleName, trust}, region) => {
      await region.store.change(state => {
        lookUpRole(state, roleName).assumeRolePolicyDocument = trust
      })
      return {}
    },
  ),
  queryAction(
    'DeleteRole',
    parameters => parameters.required('RoleName'),
    async (roleName, region) => {
      await region.store.change(state => {
        const role = lookUpRole(state, roleName)
        if (Object.values(state.instanceProfiles).some(profile => profile.roleName === roleName))
          throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.')
        if (role.attachedPolicies.length > 0)
          throw deleteConflict('Cannot delete entity, must detach all policies first.')
        if (Object.keys(role.inlinePolicies).length > 0)
          throw deleteConflict('Cannot delete entity, must delete policies first.')
        Reflect.deleteProperty(state.roles, roleName)
      })
      return {}
    },
  ),
  queryAction(
    'ListInstanceProfilesForRole',
    parameters => ({roleName: parameters.required('RoleName'), page: iamPage(parameters)}),
    ({roleName, page}, {store: {state}}) => {
      const role = lookUpRole(state, roleName)
      const profiles = Object.values(state.instanceProfiles).filter(profile => profile.roleName === roleName)
      return iamList('InstanceProfiles', profiles, page, {
        idOf: profile => profile.instanceProfileName,
        show: profile => ({
          InstanceProfileName: profile.instanceProfileName,
          InstanceProfileId: profile.instanceProfileId,
          Arn: instanceProfileArn(state, profile),
          Path: profile.path,
          CreateDate: profile.createDate,
          Roles: [describeRole(state, role)],
        }),
      })
    },
  ),
]

interface NewRole extends Pick<IamRole, 'roleName' | 'path' | 'maxSessionDuration' | 'tags'> {
  readonly trust: string
  readonly description: string | undefined
  readonly now: Date
}

export function newRole(state: RegionState, {trust, description, now, ...role}: NewRole): IamRole {
  const made: IamRole = {
    ...role,
    roleId: iamId('AROA'),
    createDate: now.toISOString(),
    assumeRolePolicyDocument: trust,
    ...(description === undefined ? {} : {description}),
    inlinePolicies: {},
    attachedPolicies: [],
  }
  state.roles[made.roleName] = made
  return made
}

function trustOf(parameters: Parameters, name: string): string {
  const trust = policyText(parameters, name, 'trust')
  checkLength('ACLSizePerRole', policyLength(trust), TRUST_SIZE)
  return trust
}

function sessionDuration(parameters: Parameters): number | undefined {
  const seconds = parameters.integer('MaxSessionDuration')
  if (seconds !== undefined && (seconds < 3600 || seconds > 43_200))
    throw new ApiError('ValidationError', `MaxSessionDuration must be from 3600 to 43200, not ${seconds}`)
  return seconds
}

export function describeRole(state: RegionState, role: IamRole): XmlElement {
  return {
    Path: role.path,
    RoleName: role.roleName,
    RoleId: role.roleId,
    Arn: roleArn(state, role),
    CreateDate: role.createDate,
    AssumeRolePolicyDocument: encodedPolicy(role.assumeRolePolicyDocument),
    Description: role.description,
    MaxSessionDuration: role.maxSessionDuration,
    Tags: tagMembers(role.tags),
    RoleLastUsed: {},
  }
}
