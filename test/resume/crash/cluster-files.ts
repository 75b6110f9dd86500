import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {KhwPlace} from './khw.js'
import {CLUSTER} from './operator.js'

/** The directory of the one cluster that trials make. */
export function clusterPath(place: KhwPlace): string {
  return join(place.home, 'clusters', CLUSTER)
}

interface JournalText {
  readonly header: {readonly clusterId: string}
  readonly steps: Readonly<Record<string, unknown>>
}

export function journalTextOf(path: string): string {
  return readFileSync(join(path, 'journal.json'), 'utf8')
}

export function headerOf(path: string): JournalText['header'] {
  return (JSON.parse(journalTextOf(path)) as JournalText).header
}

/** Steps that the journal has anything of; none before it was begun. */
export function recordedSteps(path: string): ReadonlySet<string> {
  if (!existsSync(join(path, 'journal.json'))) return new Set()
  return new Set(Object.keys((JSON.parse(journalTextOf(path)) as JournalText).steps))
}
