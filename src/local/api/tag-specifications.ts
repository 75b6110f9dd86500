import type {Tag} from '../model.js'
import {ApiError, missingParameter} from './api-error.js'
import type {Parameters} from './parameters.js'
import {KINDS, type KindName} from './resource-kinds.js'
import type {XmlElement} from './xml.js'

/** Most tags a resource may have. */
const TAG_LIMIT = 50

/** Tags by the type of resource they are for. */
export type TagsByType = Partial<Record<string, Tag[]>>

/** Reads `TagSpecification.N`; only the kinds named can be tagged in this call. Throws InvalidParameterValue and others. */
export function tagSpecifications(parameters: Parameters, ...kinds: readonly KindName[]): TagsByType {
  const byType: TagsByType = {}
  for (const specification of parameters.groups('TagSpecification')) {
    const type = specification.required('ResourceType')
    const tags = tagList(specification)
    if (!kinds.some(name => KINDS[name].type === type))
      throw new ApiError('InvalidParameterValue', `'${type}' is not a valid taggable resource type for this operation.`)
    if (byType[type] !== undefined)
      throw new ApiError(
        'InvalidParameterValue',
        `The same resource type may not be specified more than once in tag specifications.`,
      )
    byType[type] = tags
  }
  return byType
}

/** The tags for new resources of a kind, each time a copy. */
export function tagsFor(byType: TagsByType, name: KindName): Tag[] {
  return (byType[KINDS[name].type] ?? []).map(tag => ({...tag}))
}

/** Reads `Tag.N.Key`, `Tag.N.Value` (or of another list) and checks them. */
export function tagList(parameters: Parameters, name = 'Tag'): Tag[] {
  const tags = parameters.groups(name).map(tag => ({key: tag.required('Key'), value: tag.optional('Value') ?? ''}))
  const keys = new Set<string>()
  for (const {key, value} of tags) {
    if (key.toLowerCase().startsWith('aws:'))
      throw new ApiError('InvalidParameterValue', `Tag keys starting with 'aws:' are reserved for internal use`)
    if (key.length > 128)
      throw new ApiError('InvalidParameterValue', 'Tag key exceeds the maximum length of 128 characters')
    if (value.length > 256)
      throw new ApiError('InvalidParameterValue', 'Tag value exceeds the maximum length of 256 characters')
    if (keys.has(key)) throw new ApiError('InvalidParameterValue', `Duplicate tag key '${key}' specified.`)
    keys.add(key)
  }
  if (tags.length > TAG_LIMIT) throw tagLimit()
  return tags
}

/** As `tagList`, but at least one. */
export function requiredTagList(parameters: Parameters): Tag[] {
  const tags = tagList(parameters)
  if (tags.length === 0) throw missingParameter('Tag')
  return tags
}

/** Tags after `added` were put on: equal keys get the new value. Throws TagLimitExceeded. */
export function mergeTags(tags: readonly Tag[], added: readonly Tag[]): Tag[] {
  const merged = new Map([...tags, ...added].map(({key, value}) => [key, value]))
  if (merged.size > TAG_LIMIT) throw tagLimit()
  return [...merged].map(([key, value]) => ({key, value}))
}

/** As `tagSet` in answers; undefined without tags, as EC2 leaves it out then. */
export function tagSet(tags: readonly Tag[]): XmlElement[] | undefined {
  return tags.length === 0 ? undefined : tags.map(({key, value}) => ({key, value}))
}

function tagLimit(): ApiError {
  return new ApiError('TagLimitExceeded', `A resource can have at most ${TAG_LIMIT} tags.`)
}
