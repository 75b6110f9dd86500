import type {Subject} from './check.js'
import type {PreflightFacts} from './facts.js'
import {runPreflight} from './run-preflight.js'

export interface CheckAheadOptions extends Subject {
  readonly onNotice: (text: string) => void
  readonly signal: AbortSignal
}

/**
 * The first thing a create does: says who is about to act, and what need not stop it; throws what has to, all of it at
 * once. Nothing is made.
 */
export async function checkAhead(options: CheckAheadOptions): Promise<PreflightFacts> {
  const {access, onNotice} = options
  const {findings, facts, refuseFailed} = await runPreflight(options)
  const of = (check: string) => findings.find(finding => finding.check === check && finding.ok)?.detail
  const who = of('identity')
  // In the local region everybody is the same.
  if (access.provider === 'aws' && who !== undefined) onNotice(`${who}; credentials: ${of('credentials') ?? 'unknown'}`)
  refuseFailed()
  for (const {check, detail, fix} of findings) if (fix !== null) onNotice(`${check}: ${detail} (${fix})`)
  return facts
}
