import type {RegionState, Tag, Tagged} from '../../model.js'
import type {Action} from '../action.js'
import {queryAction} from '../action.js'
import {mergeTags, tagList} from '../tag-specifications.js'
import type {XmlElement} from '../xml.js'
import {lookUpInstanceProfile, lookUpPolicy, lookUpRole, lookUpUser} from './lookup.js'
import {iamList, iamPage} from './paging.js'

interface TaggedKind {
  readonly name: string
  readonly parameter: string
  readonly lookUp: (state: RegionState, name: string) => Tagged
}

const KINDS: readonly TaggedKind[] = [
  {name: 'User', parameter: 'UserName', lookUp: lookUpUser},
  {name: 'Role', parameter: 'RoleName', lookUp: lookUpRole},
  {name: 'Policy', parameter: 'PolicyArn', lookUp: lookUpPolicy},
  {name: 'InstanceProfile', parameter: 'InstanceProfileName', lookUp: lookUpInstanceProfile},
]

/** TagUser, UntagUser, ListUserTags, and the same of the other kinds. */
export const iamTagActions: readonly Action[] = KINDS.flatMap(({name, parameter, lookUp}) => [
  queryAction(
    `Tag${name}`,
    parameters => ({id: parameters.required(parameter), tags: tagList(parameters, 'Tags')}),
    async ({id, tags}, region) => {
      await region.store.change(state => {
        const entity = lookUp(state, id)
        entity.tags = mergeTags(entity.tags, tags)
      })
      return {}
    },
  ),
  queryAction(
    `Untag${name}`,
    parameters => ({id: parameters.required(parameter), keys: parameters.list('TagKeys')}),
    async ({id, keys}, region) => {
      await region.store.change(state => {
        const entity = lookUp(state, id)
        entity.tags = entity.tags.filter(tag => !keys.includes(tag.key))
      })
      return {}
    },
  ),
  queryAction(
    `List${name}Tags`,
    parameters => ({id: parameters.required(parameter), page: iamPage(parameters)}),
    ({id, page}, {store: {state}}) =>
      iamList('Tags', lookUp(state, id).tags, page, {
        idOf: tag => tag.key,
        show: ({key, value}) => ({Key: key, Value: value}),
      }),
  ),
])

/** Undefined without tags, as IAM leaves them out then. */
export function tagMembers(tags: readonly Tag[]): XmlElement[] | undefined {
  return tags.length === 0 ? undefined : tags.map(({key, value}) => ({Key: key, Value: value}))
}
