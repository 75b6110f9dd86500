import type {EC2, Tag} from '@aws-sdk/client-ec2'
import {rangesOf, type OperatorRanges} from '../cluster/operator-ranges.js'
import {clusterSpec, type ClusterSpec} from '../cluster/spec.js'
import {tagValue} from './tags.js'

/** What a journal knows besides what the resources themselves say: enough to write it anew. */
export interface SpecRecord extends OperatorRanges {
  readonly spec: ClusterSpec
}

/** Version of the record. Rules for changing it are those of the journal's. */
const SCHEMA = 1

/** Longest value of a tag (EC2 user guide, "Tag restrictions"). */
const LIMIT = 256

/** Bytes that base64 turns into `LIMIT` characters. */
const PAYLOAD = (LIMIT / 4) * 3

const PREFIX = 'khw:spec/'

const keyOf = (part: number): string => `${PREFIX}${part}`

/**
 * Tags that hold the cluster's spec, in base64url as not every service takes all characters in its tags; `atLeast` so many
 * of them: a record that takes the place of a longer one must leave nothing of it, and JSON may end with blanks.
 */
export function specTags(record: SpecRecord, atLeast = 1): Tag[] {
  const json = JSON.stringify({schema: SCHEMA, ...record}).padEnd(1 + (atLeast - 1) * PAYLOAD)
  const text = Buffer.from(json).toString('base64url')
  return Array.from({length: Math.ceil(text.length / LIMIT)}, (_, part) => ({
    Key: keyOf(part),
    Value: text.slice(part * LIMIT, (part + 1) * LIMIT),
  }))
}

/**
 * Writes a record over the one that a resource has, in one call, so that it is whole at any time. What has the right one
 * already is left alone.
 */
export async function rewriteSpecTags(
  ec2: EC2,
  resourceId: string,
  tags: readonly Tag[] | undefined,
  record: SpecRecord,
): Promise<void> {
  const parts = (tags ?? []).filter(({Key}) => Key?.startsWith(PREFIX) === true).length
  const wanted = specTags(record, parts)
  if (wanted.length === parts && wanted.every(({Key = '', Value}) => tagValue(tags, Key) === Value)) return
  await ec2.createTags({Resources: [resourceId], Tags: wanted})
}

/** Whether a resource is the one of its cluster that holds the record, readable or not. */
export function holdsSpec(tags: readonly Tag[]): boolean {
  return tagValue(tags, keyOf(0)) !== undefined
}

/** Undefined if the tags hold none that this khw can read: a newer one's may mean what this one knows nothing of. */
export function specOfTags(tags: readonly Tag[] | undefined): SpecRecord | undefined {
  let text = ''
  for (let part = 0; ; part += 1) {
    const value = tagValue(tags, keyOf(part))
    if (value === undefined) break
    text += value
  }
  try {
    const record: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    return isRecord(record) ? {spec: clusterSpec(record.spec), ...rangesOf(record)} : undefined
  } catch {
    return undefined
  }
}

/** What every spec has, since there are such tags; the rest is optional. */
const ALWAYS: Readonly<Record<string, (value: unknown) => boolean>> = {
  name: isText,
  provider: value => value === 'aws' || value === 'local',
  region: isText,
  controllers: isNumber,
  workers: isNumber,
  kubernetesVersion: isText,
  artifactSource: isText,
  architecture: value => value === 'amd64' || value === 'arm64',
  network: isObject,
  controllerType: isText,
  workerType: isText,
  volumeSize: isNumber,
}

function isRecord(value: unknown): value is SpecRecord {
  if (!isObject(value)) return false
  // Written without it until there was a second kind to tell from.
  const {schema = 1, spec, operatorCidr} = value
  if (!isNumber(schema) || schema > SCHEMA || !isText(operatorCidr) || !isObject(spec)) return false
  return Object.entries(ALWAYS).every(([field, fits]) => fits(spec[field]))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number'
}
