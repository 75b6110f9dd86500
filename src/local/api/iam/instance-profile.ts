import type {InstanceProfile} from '../../iam-model.js'
import type {RegionState} from '../../model.js'
import {queryAction} from '../action.js'
import {tagList} from '../tag-specifications.js'
import type {XmlElement} from '../xml.js'
import {instanceProfileArn} from './arns.js'
import {lookUpInstanceProfile, lookUpRole, own} from './lookup.js'
import {alreadyExists, deleteConflict, iamId, limitExceeded, nameOf, noSuchEntity, pathOf} from './names.js'
import {iamList, iamPage} from './paging.js'
import {describeRole} from './role.js'
import {tagMembers} from './tags.js'

export const instanceProfileActions = [
  queryAction(
    'CreateInstanceProfile',
    parameters => ({
      instanceProfileName: nameOf(parameters, 'InstanceProfileName', 128),
      path: pathOf(parameters),
      tags: tagList(parameters, 'Tags'),
    }),
    (input, region) =>
      region.store.change(state => {
        const {instanceProfileName} = input
        if (own(state.instanceProfiles, instanceProfileName))
          throw alreadyExists(`Instance Profile ${instanceProfileName} already exists.`)
        const profile: InstanceProfile = {
          ...input,
          instanceProfileId: iamId('AIPA'),
          createDate: region.now().toISOString(),
        }
        state.instanceProfiles[instanceProfileName] = profile
        return {InstanceProfile: describeProfile(state, profile)}
      }),
  ),
  queryAction(
    'GetInstanceProfile',
    parameters => parameters.required('InstanceProfileName'),
    (name, {store: {state}}) => ({InstanceProfile: describeProfile(state, lookUpInstanceProfile(state, name))}),
  ),
  queryAction(
    'ListInstanceProfiles',
    parameters => ({prefix: parameters.optional('PathPrefix') ?? '/', page: iamPage(parameters)}),
    ({prefix, page}, {store: {state}}) =>
      iamList(
        'InstanceProfiles',
        Object.values(state.instanceProfiles).filter(profile => profile.path.startsWith(prefix)),
        page,
        {idOf: profile => profile.instanceProfileName, show: profile => describeProfile(state, profile)},
      ),
  ),
  queryAction(
    'AddRoleToInstanceProfile',
    parameters => ({
      name: parameters.required('InstanceProfileName'),
      roleName: parameters.required('RoleName'),
    }),
    async ({name, roleName}, region) => {
      await region.store.change(state => {
        const profile = lookUpInstanceProfile(state, name)
        lookUpRole(state, roleName)
        if (profile.roleName !== undefined)
          throw limitExceeded('Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1')
        profile.roleName = roleName
      })
      return {}
    },
  ),
  queryAction(
    'RemoveRoleFromInstanceProfile',
    parameters => ({
      name: parameters.required('InstanceProfileName'),
      roleName: parameters.required('RoleName'),
    }),
    async ({name, roleName}, region) => {
      await region.store.change(state => {
        const profile = lookUpInstanceProfile(state, name)
        if (profile.roleName !== roleName)
          throw noSuchEntity(`Role ${roleName} is not in the instance profile ${name}.`)
        delete profile.roleName
      })
      return {}
    },
  ),
  queryAction(
    'DeleteInstanceProfile',
    parameters => parameters.required('InstanceProfileName'),
    async (name, region) => {
      await region.store.change(state => {
        if (lookUpInstanceProfile(state, name).roleName !== undefined)
          throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.')
        Reflect.deleteProperty(state.instanceProfiles, name)
      })
      return {}
    },
  ),
]

function describeProfile(state: RegionState, profile: InstanceProfile): XmlElement {
  const role = profile.roleName === undefined ? undefined : own(state.roles, profile.roleName)
  return {
    Path: profile.path,
    InstanceProfileName: profile.instanceProfileName,
    InstanceProfileId: profile.instanceProfileId,
    Arn: instanceProfileArn(state, profile),
    CreateDate: profile.createDate,
    Roles: role ? [describeRole(state, role)] : [],
    Tags: tagMembers(profile.tags),
  }
}
