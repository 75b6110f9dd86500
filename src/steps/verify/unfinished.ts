import {rotationIsDue} from '../../cluster/report.js'
import type {SecretStore} from '../../pki/secret-store.js'
import type {Journal} from '../engine/journal.js'
import {rotationReports} from '../keys/rotation.js'

/** Something that was begun and stopped, and what to type to finish it. */
export interface Unfinished {
  readonly command: string
}

/** What to finish before anything else is put right: until then nodes may differ, and some wait for a restart. */
export async function unfinishedIn(
  journal: Pick<Journal, 'header' | 'renewing' | 'rotating' | 'steps'>,
  secrets: SecretStore,
  now: number,
): Promise<readonly Unfinished[]> {
  const {name} = journal.header.spec
  const rotations = await rotationReports(journal, secrets)
  return [
    ...(rotationIsDue(now, rotations) ? [{command: `khw keys rotate ${name}`}] : []),
    ...(journal.renewing ? [{command: `khw certs renew ${name}`}] : []),
  ]
}
