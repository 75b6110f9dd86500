import type {KeyPair, RegionState} from '../../model.js'
import {action} from '../action.js'
import {ApiError, invalidValue} from '../api-error.js'
import {filtersOf, matcher} from '../filters.js'
import type {Parameters} from '../parameters.js'
import type {Region} from '../region.js'
import {doesNotExist, lookUp, newId} from '../resource-kinds.js'
import type {XmlElement} from '../xml.js'
import {newKeyPair} from './key-material.js'
import {readPublicKey} from './public-key.js'
import {tagsFor, tagSet, tagSpecifications} from '../tag-specifications.js'

export const keyPairActions = [
  action(
    'ImportKeyPair',
    parameters => {
      const keyName = newName(parameters)
      const material = Buffer.from(parameters.required('PublicKeyMaterial'), 'base64').toString('utf8')
      return {keyName, key: readPublicKey(material), tags: tagSpecifications(parameters, 'keyPair')}
    },
    async ({keyName, key, tags}, region) => {
      const pair = await store(region, {keyName, ...key, tags: tagsFor(tags, 'keyPair')})
      return describeNew(pair)
    },
  ),
  action(
    'CreateKeyPair',
    parameters => {
      parameters.only('KeyFormat', 'pem')
      const keyType = parameters.optional('KeyType') ?? 'rsa'
      if (keyType !== 'rsa' && keyType !== 'ed25519')
        throw invalidValue(keyType, 'keyType', 'It must be rsa or ed25519.')
      return {keyName: newName(parameters), keyType, tags: tagSpecifications(parameters, 'keyPair')} as const
    },
    async ({keyName, keyType, tags}, region) => {
      const {keyMaterial, ...key} = await newKeyPair(keyType, keyName)
      const pair = await store(region, {keyName, ...key, tags: tagsFor(tags, 'keyPair')})
      return {...describeNew(pair), keyMaterial}
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

function newName(parameters: Parameters): string {
  const keyName = parameters.required('KeyName')
  if (keyName.length > 255 || !/^[\x20-\x7e]+$/.test(keyName))
    throw new ApiError('InvalidParameterValue', `Value (${keyName}) for parameter KeyName is invalid.`)
  return keyName
}

/** Throws InvalidKeyPair.Duplicate. */
function store(region: Region, key: Omit<KeyPair, 'keyPairId' | 'createTime'>): Promise<KeyPair> {
  return region.store.change(state => {
    if (byName(state, key.keyName) !== undefined)
      throw new ApiError('InvalidKeyPair.Duplicate', `The keypair '${key.keyName}' already exists.`)
    const pair = {...key, keyPairId: newId('key'), createTime: region.now().toISOString()}
    state.keyPairs[pair.keyPairId] = pair
    return pair
  })
}

function describeNew({keyPairId, keyName, keyFingerprint, tags}: KeyPair): XmlElement {
  return {keyPairId, keyName, keyFingerprint, tagSet: tagSet(tags)}
}

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
