import type {RegionState, Tag, Tagged} from '../../model.js'
import {queryAction} from '../action.js'
import {ApiError, missingParameter} from '../api-error.js'
import type {Parameters} from '../parameters.js'
import {mergeTags, tagList} from '../tag-specifications.js'
import type {XmlElement} from '../xml.js'
import {elbNotFound, elbResources, type ElbKind} from './names.js'

/** Most resources of one DescribeTags call. */
const MOST_ARNS = 20

export const elbTagActions = [
  queryAction(
    'AddTags',
    parameters => {
      const tags = elbTags(parameters)
      if (tags.length === 0) throw missingParameter('Tags')
      return {arns: resourceArns(parameters), tags}
    },
    async ({arns, tags}, region) => {
      await region.store.change(state => {
        for (const resource of taggedByArn(state, arns)) resource.tags = merged(resource.tags, tags)
      })
      return {}
    },
  ),
  queryAction(
    'RemoveTags',
    parameters => {
      const keys = parameters.list('TagKeys')
      if (keys.length === 0) throw missingParameter('TagKeys')
      return {arns: resourceArns(parameters), keys}
    },
    async ({arns, keys}, region) => {
      await region.store.change(state => {
        for (const resource of taggedByArn(state, arns))
          resource.tags = resource.tags.filter(({key}) => !keys.includes(key))
      })
      return {}
    },
  ),
  queryAction('DescribeTags', resourceArns, (arns, {store: {state}}) => {
    const resources = taggedByArn(state, arns)
    return {
      TagDescriptions: arns.map((arn, index) => ({ResourceArn: arn, Tags: showTags(resources[index]?.tags ?? [])})),
    }
  }),
]

/** `Tags.N.Key` and `.Value` of a call, checked. */
export function elbTags(parameters: Parameters): Tag[] {
  return tagList(parameters, 'Tags')
}

function showTags(tags: readonly Tag[]): XmlElement[] {
  return tags.map(({key, value}) => ({Key: key, Value: value}))
}

function merged(tags: readonly Tag[], added: readonly Tag[]): Tag[] {
  try {
    return mergeTags(tags, added)
  } catch (error) {
    if (error instanceof ApiError) throw new ApiError('TooManyTags', error.message)
    throw error
  }
}

function resourceArns(parameters: Parameters): string[] {
  const arns = parameters.list('ResourceArns')
  if (arns.length === 0) throw missingParameter('ResourceArns')
  if (arns.length > MOST_ARNS)
    throw new ApiError('ValidationError', `You can specify up to ${MOST_ARNS} resources in a single call`)
  return arns
}

function taggedByArn(state: RegionState, arns: readonly string[]): Tagged[] {
  const byArn = new Map(elbResources(state).map(([, arn, resource]) => [arn, resource]))
  return arns.map(arn => {
    const resource = byArn.get(arn)
    if (resource === undefined) throw elbNotFound(kindOf(arn), arn)
    return resource
  })
}

function kindOf(arn: string): ElbKind {
  const word = /^arn:aws:elasticloadbalancing:[^:]+:\d{12}:(loadbalancer|targetgroup|listener)\//.exec(arn)?.[1]
  if (word === undefined) throw new ApiError('ValidationError', `'${arn}' is not a valid resource ARN`)
  return word === 'loadbalancer' ? 'loadBalancer' : word === 'targetgroup' ? 'targetGroup' : 'listener'
}
