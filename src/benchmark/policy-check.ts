import type {Finding, Verdict} from './check.js'
import type {PolicyFacts} from './policy-facts.js'

/** One check of section 5 of the CIS Kubernetes Benchmark 1.12, which looks at what the API has. All of them are manual. */
export interface PolicyCheck {
  readonly id: string
  /** In khw's words. */
  readonly title: string
  /** Left out of what no program can tell: then `judge` says what a person has to look at. */
  readonly test?: (facts: PolicyFacts) => Finding
  readonly judge?: string
}

/** Without facts nobody knows what holds: that is never a pass. What does not pass is for a person to judge. */
export function policyVerdict({id, title, test, judge = ''}: PolicyCheck, facts: PolicyFacts | undefined): Verdict {
  if (test === undefined) return {id, title, state: 'WARN', found: judge, untested: true}
  if (facts === undefined) return {id, title, state: 'WARN', found: 'the API could not be asked'}
  const {ok, found} = test(facts)
  return {id, title, state: ok === undefined ? 'NOT-APPLICABLE' : ok ? 'PASS' : 'WARN', found}
}
