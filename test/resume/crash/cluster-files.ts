import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {Journal} from '../../../src/steps/engine/journal.js'
import type {KhwPlace} from './khw.js'
import {CLUSTER} from './operator.js'

/** The directory of the one cluster that trials make. */
export function clusterPath(place: KhwPlace): string {
  return join(place.home, 'clusters', CLUSTER)
}

export function journalTextOf(path: string): string {
  return readFileSync(join(path, 'journal.json'), 'utf8')
}

/** Throws what the product throws for a journal that it cannot read. */
export function clusterIdOf(path: string): string {
  return Journal.open(path).header.clusterId
}

/** Steps that the journal has anything of; none before it was begun. */
export function recordedSteps(path: string): ReadonlySet<string> {
  if (!existsSync(join(path, 'journal.json'))) return new Set()
  return new Set(Object.keys(Journal.open(path).steps))
}
