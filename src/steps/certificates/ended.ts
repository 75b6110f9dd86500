import {KhwError} from '../../errors.js'
import type {Journal} from '../engine/journal.js'

/** When the first certificate ends (ISO 8601), as the certificates step recorded it; null before it ran. */
export function certificateExpiry({steps}: Pick<Journal, 'steps'>): string | null {
  const record = steps['access/certificates']
  if (record?.status !== 'done') return null
  return (record.output as {readonly earliestExpiry: string}).earliestExpiry
}

/**
 * What an attempt to use a cluster's API failed with; in its place that the certificates have ended, if they have: TLS
 * would say no more than that it was refused.
 */
export function explainEnded(error: unknown, journal: Pick<Journal, 'header' | 'steps'>, now: number): unknown {
  const end = certificateExpiry(journal)
  if (!(error instanceof KhwError) || end === null || Date.parse(end) > now || !isOfApi(error)) return error
  const {name} = journal.header.spec
  return new KhwError(
    'KUBERNETES_API',
    `The certificates of "${name}" ended on ${end.slice(0, 16).replace('T', ' ')} UTC: its API servers and those who ask them refuse each other.`,
    [`Give it new ones: khw certs renew ${name}`],
    {cause: error, exit: error.oclif.exit},
  )
}

/** A run fails with what its steps have failed with, a wait with what its last try did. */
function isOfApi(error: unknown): boolean {
  return error instanceof KhwError && (error.code === 'KUBERNETES_API' || isOfApi(error.cause))
}
