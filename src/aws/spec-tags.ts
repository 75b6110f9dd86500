import type {Tag} from '@aws-sdk/client-ec2'
import {rangesOf, type OperatorRanges} from '../cluster/operator-ranges.js'
import {clusterSpec, type ClusterSpec} from '../cluster/spec.js'
import {tagValue} from './tags.js'

/** What a journal knows besides what the resources themselves say: enough to write it anew. */
export interface SpecRecord extends OperatorRanges {
  readonly spec: ClusterSpec
}

/** Longest value of a tag (EC2 user guide, "Tag restrictions"). */
const LIMIT = 256

const keyOf = (part: number): string => `khw:spec/${part}`

/** Tags of the VPC that hold the cluster's spec, in base64url as not every service takes all characters in its tags. */
export function specTags(record: SpecRecord): Tag[] {
  const text = Buffer.from(JSON.stringify(record)).toString('base64url')
  return Array.from({length: Math.ceil(text.length / LIMIT)}, (_, part) => ({
    Key: keyOf(part),
    Value: text.slice(part * LIMIT, (part + 1) * LIMIT),
  }))
}

/** Undefined if the tags hold none that this khw can read. */
export function specOfTags(tags: readonly Tag[] | undefined): SpecRecord | undefined {
  let text = ''
  for (let part = 0; ; part += 1) {
    const value = tagValue(tags, keyOf(part))
    if (value === undefined) break
    text += value
  }
  try {
    const record = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as SpecRecord
    return {spec: clusterSpec(record.spec), ...rangesOf(record)}
  } catch {
    return undefined
  }
}
