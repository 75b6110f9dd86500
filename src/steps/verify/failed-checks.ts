import type {Check} from '../../cluster/report.js'
import {KhwError} from '../../errors.js'

/** The error of checks that failed, with what each found; undefined if none did. */
export function failedChecks(what: string, checks: readonly Check[]): KhwError | undefined {
  const failed = checks.filter(check => !check.ok)
  if (failed.length === 0) return undefined
  const details = failed.map(check => `${check.name}: ${check.detail}`).join('\n')
  return new KhwError('CHECK_FAILED', `${what}:\n${details}`, [
    'Run the same command again: what AWS has lost is put back, and the check is made anew.',
  ])
}
