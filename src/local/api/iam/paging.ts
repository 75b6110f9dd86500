import {ApiError} from '../api-error.js'
import {pageOf, type PageRequest} from '../listing.js'
import type {Parameters} from '../parameters.js'
import type {XmlElement} from '../xml.js'

/** MaxItems (1 to 1000, 100 unless said) and Marker. */
export function iamPage(parameters: Parameters): PageRequest {
  const limit = parameters.integer('MaxItems') ?? 100
  if (limit < 1 || limit > 1000) throw new ApiError('ValidationError', `MaxItems must be from 1 to 1000, not ${limit}`)
  const marker = parameters.optional('Marker')
  return {limit, after: marker === undefined ? undefined : Buffer.from(marker, 'base64url').toString('utf8')}
}

/** A page of a list, as IAM answers: the list under its name, IsTruncated, and a Marker if there is more. */
export function iamList<T>(
  name: string,
  items: readonly T[],
  page: PageRequest,
  {idOf, show}: {readonly idOf: (item: T) => string; readonly show: (item: T) => XmlElement | string},
): XmlElement {
  const shown = pageOf(items, idOf, page)
  const last = shown.items.at(-1)
  const isTruncated = shown.nextToken !== undefined
  return {
    [name]: shown.items.map(show),
    IsTruncated: isTruncated,
    Marker: isTruncated && last !== undefined ? Buffer.from(idOf(last)).toString('base64url') : undefined,
  }
}
