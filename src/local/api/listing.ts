import type {Tag} from '../model.js'
import {ApiError} from './api-error.js'
import {filtersOf, matcher, type Filter, type FilterFields} from './filters.js'
import type {Parameters} from './parameters.js'
import {checkId, doesNotExist, type KindName} from './resource-kinds.js'

/** What a Describe call asks for. */
export interface ListingRequest {
  readonly ids: readonly string[]
  readonly filters: readonly Filter[]
  readonly page: PageRequest
}

export interface PageRequest {
  readonly limit: number | undefined
  /** Id of the last item of the page before. */
  readonly after: string | undefined
}

export interface Page<T> {
  readonly items: T[]
  /** Absent on the last page. */
  readonly nextToken: string | undefined
}

/** How items of one kind are listed. */
export interface Listing<T> {
  readonly kind: KindName
  readonly idOf: (item: T) => string
  readonly fields: FilterFields<T>
  readonly tagsOf?: (item: T) => readonly Tag[]
}

/** Reads the ids (`idParameter`.N), filters, MaxResults and NextToken of a Describe call. */
export function listingRequest(parameters: Parameters, idParameter: string): ListingRequest {
  const ids = parameters.list(idParameter)
  const page = pageRequest(parameters)
  if (ids.length > 0 && page.limit !== undefined)
    throw new ApiError(
      'InvalidParameterCombination',
      `The parameter ${idParameter} cannot be used with the parameter MaxResults`,
    )
  return {ids, filters: filtersOf(parameters), page}
}

/** MaxResults (`least` to 1000) and NextToken. */
export function pageRequest(parameters: Parameters, least = 5): PageRequest {
  const limit = parameters.integer('MaxResults')
  if (limit !== undefined && (limit < least || limit > 1000))
    throw new ApiError(
      'InvalidParameterValue',
      `Value ( ${limit} ) for parameter maxResults is invalid. Expecting a value between ${least} and 1000.`,
    )
  const token = parameters.optional('NextToken')
  return {limit, after: token === undefined || token === '' ? undefined : openToken(token)}
}

/** `PageSize` (1 to `most`) and `Marker`: paging in the AWS query protocol. */
export function markerRequest(parameters: Parameters, most = 400): PageRequest {
  const limit = parameters.integer('PageSize')
  if (limit !== undefined && (limit < 1 || limit > most))
    throw new ApiError('InvalidParameterValue', `PageSize '${limit}' must be between 1 and ${most}`)
  const marker = parameters.optional('Marker')
  return {limit, after: marker === undefined || marker === '' ? undefined : openToken(marker, 'Marker')}
}

/** The items asked for, by id, ready to be shown. Throws the kind's `.NotFound` for ids that are not there. */
export function listItems<T>(request: ListingRequest, items: Iterable<T>, listing: Listing<T>): Page<T> {
  const all = [...items]
  const known = new Set(all.map(listing.idOf))
  for (const id of request.ids) {
    checkId(listing.kind, id)
    if (!known.has(id)) throw doesNotExist(listing.kind, id)
  }
  const matches = matcher(request.filters, listing.fields, listing.tagsOf)
  const asked = request.ids.length === 0 ? all : all.filter(item => request.ids.includes(listing.idOf(item)))
  return pageOf(asked.filter(matches), listing.idOf, request.page)
}

/**
 * Pages are cut by id, so that what is made or deleted between two calls neither repeats nor hides anything else.
 */
export function pageOf<T>(items: readonly T[], idOf: (item: T) => string, {limit, after}: PageRequest): Page<T> {
  const sorted = [...items].sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1))
  const rest = after === undefined ? sorted : sorted.filter(item => idOf(item) > after)
  const page = limit === undefined ? rest : rest.slice(0, limit)
  const last = page.at(-1)
  return {items: page, nextToken: last !== undefined && page.length < rest.length ? sealToken(idOf(last)) : undefined}
}

function sealToken(after: string): string {
  return Buffer.from(JSON.stringify({after})).toString('base64url')
}

function openToken(token: string, name: 'NextToken' | 'Marker' = 'NextToken'): string {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))
    if (typeof value === 'object' && value !== null && 'after' in value && typeof value.after === 'string')
      return value.after
  } catch {
    // Not one of ours: answered below.
  }
  if (name === 'Marker') throw new ApiError('InvalidParameterValue', 'The specified Marker is not valid.')
  throw new ApiError('InvalidNextToken', 'The specified NextToken is not valid.')
}
