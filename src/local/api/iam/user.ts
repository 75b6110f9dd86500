import type {IamUser} from '../../iam-model.js'
import type {RegionState} from '../../model.js'
import {queryAction} from '../action.js'
import {tagList} from '../tag-specifications.js'
import type {XmlElement} from '../xml.js'
import {userArn} from './arns.js'
import {lookUpUser, own} from './lookup.js'
import {alreadyExists, deleteConflict, iamId, nameOf, pathOf} from './names.js'
import {iamList, iamPage} from './paging.js'
import {tagMembers} from './tags.js'
import {ApiError} from '../api-error.js'

export const userActions = [
  queryAction(
    'CreateUser',
    parameters => ({
      userName: nameOf(parameters, 'UserName'),
      path: pathOf(parameters),
      tags: tagList(parameters, 'Tags'),
    }),
    ({userName, path, tags}, region) =>
      region.store.change(state => {
        if (own(state.users, userName)) throw alreadyExists(`User with name ${userName} already exists.`)
        const user: IamUser = {
          userName,
          userId: iamId('AIDA'),
          path,
          createDate: region.now().toISOString(),
          inlinePolicies: {},
          attachedPolicies: [],
          tags,
        }
        state.users[userName] = user
        return {User: describeUser(state, user)}
      }),
  ),
  queryAction(
    'GetUser',
    parameters => parameters.optional('UserName'),
    (userName, {store: {state}, caller}) => {
      // Without a name it is about the caller.
      if (userName !== undefined) return {User: describeUser(state, lookUpUser(state, userName))}
      if (caller.kind === 'user') return {User: describeUser(state, lookUpUser(state, caller.name))}
      if (caller.kind === 'root') return {User: {UserId: caller.userId, Arn: caller.arn}}
      throw new ApiError('ValidationError', 'Must specify userName when calling with non-User credentials')
    },
  ),
  queryAction(
    'ListUsers',
    parameters => ({prefix: parameters.optional('PathPrefix') ?? '/', page: iamPage(parameters)}),
    ({prefix, page}, {store: {state}}) =>
      iamList(
        'Users',
        Object.values(state.users).filter(user => user.path.startsWith(prefix)),
        page,
        {idOf: user => user.userName, show: user => describeUser(state, user)},
      ),
  ),
  queryAction(
    'DeleteUser',
    parameters => parameters.required('UserName'),
    async (userName, region) => {
      await region.store.change(state => {
        const user = lookUpUser(state, userName)
        if (user.attachedPolicies.length > 0)
          throw deleteConflict('Cannot delete entity, must detach all policies first.')
        if (Object.keys(user.inlinePolicies).length > 0)
          throw deleteConflict('Cannot delete entity, must delete policies first.')
        if (Object.values(state.accessKeys).some(key => key.userName === userName))
          throw deleteConflict('Cannot delete entity, must delete access keys first.')
        Reflect.deleteProperty(state.users, userName)
      })
      return {}
    },
  ),
  queryAction(
    'ListGroupsForUser',
    parameters => ({userName: parameters.required('UserName'), page: iamPage(parameters)}),
    ({userName, page}, {store: {state}}) => {
      lookUpUser(state, userName)
      return iamList('Groups', [], page, {idOf: String, show: String})
    },
  ),
]

function describeUser(state: RegionState, user: IamUser): XmlElement {
  return {
    Path: user.path,
    UserName: user.userName,
    UserId: user.userId,
    Arn: userArn(state, user),
    CreateDate: user.createDate,
    Tags: tagMembers(user.tags),
  }
}
