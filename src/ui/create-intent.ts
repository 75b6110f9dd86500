import type {ClusterSummary} from '../cluster/report.js'
import type {KhwError} from '../errors.js'
import {createRequestDefaults, type CreateRequest} from '../steps/request/create-request.js'
import {usageError} from './usage-error.js'

/** What `khw create` does with what it was given. */
export type CreateIntent =
  /** Somebody has to be asked. */
  | {readonly kind: 'ask'}
  /** The cluster exists and is unfinished. */
  | {readonly kind: 'resume'; readonly request: CreateRequest; readonly name: string}
  | {readonly kind: 'create'; readonly request: CreateRequest}

/**
 * Decides without asking. A known cluster needs no flags: what it is made of is fixed. A new one needs to know where,
 * for one of the two costs money; without a terminal to ask on that is a usage error.
 */
export function createIntent(
  given: CreateRequest,
  clusters: readonly ClusterSummary[],
  interactive: boolean,
): CreateIntent {
  const unfinished = clusters.filter(cluster => cluster.phase === 'creating')
  const only = unfinished.length === 1 ? unfinished[0]?.name : undefined
  const nothing = Object.keys(given).length === 0
  const name = given.name ?? only ?? createRequestDefaults.name
  const known = clusters.some(cluster => cluster.name === name)
  if (nothing && interactive) return {kind: 'ask'}
  if (unfinished.some(cluster => cluster.name === name)) return {kind: 'resume', request: given, name}
  if (given.provider !== undefined || (given.name !== undefined && known)) return {kind: 'create', request: given}
  if (interactive) return {kind: 'ask'}
  throw needsFlags(nothing)
}

function needsFlags(nothing: boolean): KhwError {
  const what = nothing ? 'what to build' : 'where to build it (--provider)'
  return usageError(`khw create needs to know ${what}, and cannot ask here.`, [
    'khw create --provider local --name demo --controllers 3 --workers 3 --yes',
    'khw create --provider aws --region us-west-2 --name demo --yes',
  ])
}
