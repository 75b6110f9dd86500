import {basename} from 'node:path'
import {KhwError, messageOf} from '../../errors.js'
import {writeError} from '../../write-error.js'
import type {Journal} from './journal.js'
import {SCHEMA} from './journal-content.js'

/** The journal of a cluster's directory cannot be used; the cluster itself is not lost by that. */
export function journalUnreadable(directory: string, path: string, why: string, cause?: unknown): KhwError {
  const name = basename(directory)
  return new KhwError(
    'JOURNAL_UNREADABLE',
    `The journal ${path} cannot be read: ${why}. It was left as it is.`,
    [`khw recover ${name}`, `khw destroy ${name}`],
    {cause},
  )
}

/** For what is of no use to a cluster whose destroy has begun. Throws CLUSTER_EXISTS. */
export function refuseWhileDestroyed({header: {spec}, intent}: Pick<Journal, 'header' | 'intent'>): void {
  if (intent !== 'destroy') return
  throw new KhwError('CLUSTER_EXISTS', `The cluster "${spec.name}" is being destroyed.`, [
    `Finish that first: khw destroy ${spec.name}`,
  ])
}

/** For what is of use only to a cluster that is there; `why` is the end of the sentence. Throws CLUSTER_EXISTS. */
export function refuseUnfinished(
  {header: {spec}, complete, renewing}: Pick<Journal, 'header' | 'complete' | 'renewing'>,
  why: string,
): void {
  // One whose certificates are being renewed was there before.
  if (complete || renewing) return
  throw new KhwError('CLUSTER_EXISTS', `The cluster "${spec.name}" is unfinished: ${why}.`, [
    `Finish it: khw create --name ${spec.name}`,
  ])
}

/** Neither the journal nor what it could be made anew from can be used. */
export function clusterUnreadable(path: string, why: string, cause?: unknown): KhwError {
  return new KhwError(
    'JOURNAL_UNREADABLE',
    `The record ${path} of what the cluster is cannot be read: ${why}. It was left as it is.`,
    ['Restore the file from a backup. What belongs to the cluster carries the tag khw:cluster-id.'],
    {cause},
  )
}

/** A file that may not be read says nothing of its content: no reason to put another in its place. */
export function readError(path: string, cause: unknown, garbled: (why: string) => KhwError): unknown {
  const known = writeError(cause, `Could not read ${path}`)
  return known instanceof KhwError ? known : garbled(messageOf(cause))
}

export function refuseNewer(path: string, schema: unknown): void {
  if (typeof schema !== 'number' || schema <= SCHEMA) return
  throw new KhwError('JOURNAL_TOO_NEW', `${path} was written by a newer khw (journal version ${schema}).`, [
    'Update khw, then run the command again.',
  ])
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
