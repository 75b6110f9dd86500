import type {KeyPair, RegionState} from '../../model.js'
import {action} from '../action.js'
import {ApiError} from '../api-error.js'
import {filtersOf, matcher} from '../filters.js'
import {doesNotExist, lookUp, newId} from '../resource-kinds.js'
import {readPublicKey} from './public-key.js'
import {tagsFor, tagSet, tagSpecifications} from '../tag-specifications.js'

export const keyPairActions = [
  action(
    'ImportKeyPair',
    parameters => {
      const keyName = parameters.required('KeyName')
      if (keyName.length > 255 || !/^[\x20-\x7e]+$/.test(keyName))
        throw new ApiError('InvalidParameterValue', `Value (${keyName}) for parameter KeyName is invalid.`)
      const material = Buffer.from(parameters.required('PublicKeyMaterial'), 'base64').toString('utf8')
      return {keyName, key: readPublicKey(material), tags: tagSpecifications(parameters, 'keyPair')}
    },
    async ({keyName, key, tags}, region) => {
      const pair = await region.store.change(state => {
        if (byName(state, keyName) !== undefined)
          throw new ApiError('InvalidKeyPair.Duplicate', `The keypair '${keyName}' already exists.`)
        const pair: KeyPair = {
          keyPairId: newId('key'),
          keyName,
          ...key,
          createTime: region.now().toISOString(),
          tags: tagsFor(tags, 'keyPair'),
        }
        state.keyPairs[pair.keyPairId] = pair
        return pair
      })
      const {keyPairId, keyFingerprint} = pair
      return {keyPairId, keyName, keyFingerprint, tagSet: tagSet(pair.tags)}
    },
  ),
  action(
    'DescribeKeyPairs',
    parameters => ({
      names: parameters.list('KeyName'),
      ids: parameters.list('KeyPairId'),
      includePublicKey: parameters.flag('IncludePublicKey') ?? false,
      filters: filtersOf(parameters),
    }),
    ({names, ids, includePublicKey, filters}, {store: {state}}) => {
      for (const name of names) if (byName(state, name) === undefined) throw noSuchName(name)
      for (const id of ids) lookUp(state.keyPairs, 'keyPair', id)
      const matches = matcher<KeyPair>(
        filters,
        {
          'key-pair-id': pair => pair.keyPairId,
          'key-name': pair => pair.keyName,
          fingerprint: pair => pair.keyFingerprint,
        },
        pair => pair.tags,
      )
      const asked = Object.values(state.keyPairs)
        .filter(pair => names.length === 0 || names.includes(pair.keyName))
        .filter(pair => ids.length === 0 || ids.includes(pair.keyPairId))
      return {
        keySet: asked.filter(matches).map(pair => ({
          keyPairId: pair.keyPairId,
          keyName: pair.keyName,
          keyType: pair.keyType,
          keyFingerprint: pair.keyFingerprint,
          publicKey: includePublicKey ? pair.publicKey : undefined,
          createTime: pair.createTime,
          tagSet: tagSet(pair.tags),
        })),
      }
    },
  ),
  action(
    'DeleteKeyPair',
    parameters => {
      const input = {keyName: parameters.optional('KeyName'), keyPairId: parameters.optional('KeyPairId')}
      if (input.keyName === undefined && input.keyPairId === undefined)
        throw new ApiError('MissingParameter', 'The request must contain the parameter KeyName or KeyPairId')
      return input
    },
    async ({keyName, keyPairId}, region) => {
      const deleted = await region.store.change(state => {
        const pair =
          keyPairId === undefined ? byName(state, keyName ?? '') : lookUp(state.keyPairs, 'keyPair', keyPairId)
        if (pair !== undefined) Reflect.deleteProperty(state.keyPairs, pair.keyPairId)
        return pair?.keyPairId
      })
      // Deleting a name that is not there succeeds on EC2, too.
      return {return: true, keyPairId: deleted}
    },
  ),
]

/** Throws InvalidKeyPair.NotFound. */
export function checkKeyName(state: RegionState, keyName: string): void {
  if (byName(state, keyName) === undefined) throw noSuchName(keyName)
}

function byName(state: RegionState, keyName: string): KeyPair | undefined {
  return Object.values(state.keyPairs).find(pair => pair.keyName === keyName)
}

function noSuchName(keyName: string): ApiError {
  return new ApiError(doesNotExist('keyPair', '').code, `The key pair '${keyName}' does not exist`)
}
