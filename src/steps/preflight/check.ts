import type {ArtifactsAskedFor} from '../../artifacts/request.js'
import type {AwsClients} from '../../aws/clients.js'
import type {Clock} from '../../clock.js'
import type {RegionAccess} from '../../cluster/provider.js'
import type {OperatorRanges} from '../../cluster/operator-ranges.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import type {KhwError, Trouble} from '../../errors.js'
import type {JournalHeader} from '../engine/journal.js'
import type {PreflightFacts} from './facts.js'

/** What one check found. Output contract of `khw doctor --json`: fields are stable. */
export interface Finding {
  /** `vCPUs`, `image`: what was looked at. */
  readonly check: string
  /** Whether the create may go on. */
  readonly ok: boolean
  /** What was found, in words. */
  readonly detail: string
  /** What to type or to do, a line each; null if nothing need be done. With `ok`, it is a warning. */
  readonly fix: string | null
}

/** What a check has found that refuses: a finding for each thing that is wrong. */
export function failuresOf(check: string, error: KhwError): readonly Finding[] {
  const all: readonly Trouble[] = error.troubles.length > 0 ? error.troubles : [error]
  return all.map(({message, suggestions}) => ({check, ok: false, detail: message, fix: suggestions.join('\n')}))
}

/** What is about to be built, as far as it is known before the first thing is made. */
export interface Subject {
  readonly spec: ClusterSpec
  readonly access: RegionAccess
  /** Who may reach the cluster, if that was said; on AWS the operator's own address otherwise. */
  readonly ranges: OperatorRanges | undefined
  /** What is to be fetched, and where from; undefined once it is known to be had. */
  readonly artifacts: ArtifactsAskedFor | undefined
  /** Of a cluster that is to be finished: most of it is there, so only what may have changed matters. */
  readonly resumed: JournalHeader | undefined
}

export interface PreflightContext extends Subject {
  readonly clients: AwsClients
  readonly facts: PreflightFacts
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** What a check says when nothing is in the way. */
export interface Passed {
  readonly detail: string
  /** Of a warning. */
  readonly fix?: string
}

/** One thing that is looked at before anything is made. All run at the same time. */
export interface Check {
  readonly name: string
  /** Whether it has anything to say of this cluster; always, if absent. */
  readonly concerns?: (subject: Subject) => boolean
  /** Looks once more before an unfinished cluster is gone on with. */
  readonly onResume?: true
  /** Makes no sense without an account: left out if nobody could sign in, which is told once. */
  readonly signedIn?: true
  /** What cannot be looked at (no permission, no answer) is told, and stands in nobody's way. */
  readonly optional?: true
  /** Throws KhwError for what is in the way, with what to do about it. */
  run(context: PreflightContext): Promise<Passed>
}
