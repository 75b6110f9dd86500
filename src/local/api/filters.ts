import type {Tag} from '../model.js'
import {ApiError} from './api-error.js'
import type {Parameters} from './parameters.js'

type Scalar = string | number | boolean | undefined

/** The values a filter compares with, by the filter's name. An item matches if any of its values does. */
export type FilterFields<T> = Readonly<Record<string, (item: T) => Scalar | readonly Scalar[]>>

/** Filters that EC2 knows, for what nothing in this region has. */
export function absent(...names: readonly string[]): FilterFields<unknown> {
  return Object.fromEntries(names.map(name => [name, () => undefined]))
}

export interface Filter {
  readonly name: string
  readonly values: readonly string[]
}

/** Reads `Filter.N.Name`, `Filter.N.Value.M`. */
export function filtersOf(parameters: Parameters): Filter[] {
  const filters = parameters
    .groups('Filter')
    .map(filter => ({name: filter.required('Name'), values: filter.list('Value')}))
  for (const {name, values} of filters) {
    if (values.length === 0) throw new ApiError('InvalidParameterValue', `The filter '${name}' has no values`)
    if (values.length > 200)
      throw new ApiError('FilterLimitExceeded', 'The maximum number of filter values specified on a single call is 200')
  }
  return filters
}

/** The filters `tag:KEY`, `tag-key` and `tag-value` need the tags of an item; leave `tagsOf` out if it can have none. */
export function matcher<T>(
  filters: readonly Filter[],
  fields: FilterFields<T>,
  tagsOf?: (item: T) => readonly Tag[],
): (item: T) => boolean {
  const tests = filters.map(filter => {
    const patterns = filter.values.map(textPattern)
    const values = valuesOf(filter.name, fields, tagsOf)
    return (item: T): boolean => values(item).some(value => patterns.some(expression => expression.test(value)))
  })
  return item => tests.every(test => test(item))
}

function valuesOf<T>(
  name: string,
  fields: FilterFields<T>,
  tagsOf: ((item: T) => readonly Tag[]) | undefined,
): (item: T) => string[] {
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined
  if (field !== undefined)
    return item => [field(item)].flat().flatMap(value => (value === undefined ? [] : String(value)))
  if (tagsOf !== undefined) {
    if (name.startsWith('tag:')) {
      const wanted = name.slice('tag:'.length)
      return item => tagsOf(item).flatMap(({key, value}) => (key === wanted ? value : []))
    }
    if (name === 'tag-key') return item => tagsOf(item).map(({key}) => key)
    if (name === 'tag-value') return item => tagsOf(item).map(({value}) => value)
  }
  throw new ApiError('InvalidParameterValue', `The filter '${name}' is invalid`)
}

/** `*` stands for any text, `?` for one character; a backslash takes the meaning from the next one. Case counts. */
export function textPattern(text: string): RegExp {
  const source = text.replace(/\\[\\*?]|[\s\S]/gu, part => {
    if (part === '*') return '.*'
    if (part === '?') return '.'
    return escapeRegExp(part.length === 2 && part.startsWith('\\') ? part.slice(1) : part)
  })
  return new RegExp(`^${source}$`, 'su')
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)
}
