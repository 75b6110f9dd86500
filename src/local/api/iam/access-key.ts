import {randomBytes} from 'node:crypto'
import type {AccessKey} from '../../iam-model.js'
import type {RegionState} from '../../model.js'
import {queryAction} from '../action.js'
import {ApiError} from '../api-error.js'
import type {XmlElement} from '../xml.js'
import type {Caller} from './caller.js'
import {lookUpUser, own} from './lookup.js'
import {drawKeyId, limitExceeded, noSuchEntity} from './names.js'
import {iamList, iamPage} from './paging.js'

/** Most keys of one user. */
const KEY_LIMIT = 2

export const accessKeyActions = [
  queryAction(
    'CreateAccessKey',
    parameters => parameters.optional('UserName'),
    (asked, region) =>
      region.store.change(state => {
        const {userName} = lookUpUser(state, asked ?? ownName(region.caller))
        if (keysOf(state, userName).length >= KEY_LIMIT)
          throw limitExceeded(`Cannot exceed quota for AccessKeysPerUser: ${KEY_LIMIT}`)
        const key: AccessKey = {
          accessKeyId: drawKeyId('AKIA'),
          secretAccessKey: randomBytes(30).toString('base64'),
          userName,
          status: 'Active',
          createDate: region.now().toISOString(),
        }
        state.accessKeys[key.accessKeyId] = key
        return {AccessKey: {...describeKey(key), SecretAccessKey: key.secretAccessKey}}
      }),
  ),
  queryAction(
    'ListAccessKeys',
    parameters => ({asked: parameters.optional('UserName'), page: iamPage(parameters)}),
    ({asked, page}, {store: {state}, caller}) => {
      const {userName} = lookUpUser(state, asked ?? ownName(caller))
      return iamList('AccessKeyMetadata', keysOf(state, userName), page, {
        idOf: key => key.accessKeyId,
        show: describeKey,
      })
    },
  ),
  queryAction(
    'UpdateAccessKey',
    parameters => {
      const status = parameters.required('Status')
      if (status !== 'Active' && status !== 'Inactive')
        throw new ApiError('ValidationError', `The status of a key is Active or Inactive, not ${status}`)
      return {accessKeyId: parameters.required('AccessKeyId'), asked: parameters.optional('UserName'), status} as const
    },
    async ({accessKeyId, asked, status}, region) => {
      await region.store.change(state => {
        lookUpKey(state, accessKeyId, asked ?? ownName(region.caller)).status = status
      })
      return {}
    },
  ),
  queryAction(
    'DeleteAccessKey',
    parameters => ({accessKeyId: parameters.required('AccessKeyId'), asked: parameters.optional('UserName')}),
    async ({accessKeyId, asked}, region) => {
      await region.store.change(state => {
        lookUpKey(state, accessKeyId, asked ?? ownName(region.caller))
        Reflect.deleteProperty(state.accessKeys, accessKeyId)
      })
      return {}
    },
  ),
]

function keysOf(state: RegionState, userName: string): AccessKey[] {
  return Object.values(state.accessKeys).filter(key => key.userName === userName)
}

function lookUpKey(state: RegionState, accessKeyId: string, userName: string): AccessKey {
  const key = own(state.accessKeys, accessKeyId)
  if (key?.userName === userName) return key
  throw noSuchEntity(`The Access Key with id ${accessKeyId} cannot be found.`)
}

/** Of the user that calls; the root of the account has its key from the region. */
function ownName(caller: Caller): string {
  if (caller.kind === 'user') return caller.name
  throw new ApiError('ValidationError', 'Must specify userName when calling with non-User credentials')
}

function describeKey({userName, accessKeyId, status, createDate}: AccessKey): XmlElement {
  return {UserName: userName, AccessKeyId: accessKeyId, Status: status, CreateDate: createDate}
}
