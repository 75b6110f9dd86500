import type {RegionState, Tag, Tagged} from '../../model.js'
import {action} from '../action.js'
import {ApiError, missingParameter} from '../api-error.js'
import {filtersOf, matcher} from '../filters.js'
import {pageOf, pageRequest} from '../listing.js'
import {doesNotExist, KINDS, taggedResources, type KindName} from '../resource-kinds.js'
import {mergeTags, requiredTagList} from '../tag-specifications.js'

interface ResourceTag extends Tag {
  readonly resourceId: string
  readonly resourceType: string
}

export const tagActions = [
  action(
    'CreateTags',
    parameters => ({ids: resourceIds(parameters.list('ResourceId')), tags: requiredTagList(parameters)}),
    async ({ids, tags}, region) => {
      await region.store.change(state => {
        for (const resource of resources(state, ids)) resource.tags = mergeTags(resource.tags, tags)
      })
      return {return: true}
    },
  ),
  action(
    'DeleteTags',
    parameters => ({
      ids: resourceIds(parameters.list('ResourceId')),
      tags: parameters.groups('Tag').map(tag => ({key: tag.required('Key'), value: tag.optional('Value')})),
    }),
    async ({ids, tags}, region) => {
      // Without a value a key goes whatever its value is; without any tag all tags go.
      const goes = (tag: Tag): boolean =>
        tags.length === 0 ||
        tags.some(({key, value}) => key === tag.key && (value === undefined || value === tag.value))
      await region.store.change(state => {
        for (const resource of resources(state, ids)) resource.tags = resource.tags.filter(tag => !goes(tag))
      })
      return {return: true}
    },
  ),
  action(
    'DescribeTags',
    parameters => ({filters: filtersOf(parameters), page: pageRequest(parameters)}),
    ({filters, page}, {store: {state}}) => {
      const all = taggedResources(state).flatMap(([name, resourceId, {tags}]): ResourceTag[] =>
        tags.map(tag => ({...tag, resourceId, resourceType: KINDS[name].type})),
      )
      const matches = matcher<ResourceTag>(
        filters,
        {
          key: tag => tag.key,
          value: tag => tag.value,
          'resource-id': tag => tag.resourceId,
          'resource-type': tag => tag.resourceType,
        },
        tag => [tag],
      )
      const {items, nextToken} = pageOf(all.filter(matches), tag => `${tag.resourceId} ${tag.key}`, page)
      return {tagSet: items.map(tag => ({...tag})), nextToken}
    },
  ),
]

function resourceIds(ids: readonly string[]): readonly string[] {
  if (ids.length === 0) throw missingParameter('ResourceId')
  return ids
}

function resources(state: RegionState, ids: readonly string[]): Tagged[] {
  const byId = new Map(taggedResources(state).map(([, id, resource]) => [id, resource]))
  return ids.map(id => {
    const resource = byId.get(id)
    if (resource === undefined) throw unknownResource(id)
    return resource
  })
}

function unknownResource(id: string): ApiError {
  const names = Object.keys(KINDS) as KindName[]
  const name = names.find(candidate => id.startsWith(`${KINDS[candidate].prefix}-`))
  return name === undefined ? new ApiError('InvalidID', `The ID '${id}' is not valid`) : doesNotExist(name, id)
}
