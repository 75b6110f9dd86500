import type {ArtifactSet} from '../../artifacts/artifact.js'
import type {OperatorRanges} from '../../cluster/operator-ranges.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import type {Issuance} from '../../pki/lifetime.js'
import type {RotatedKey} from '../../pki/rotated-keys.js'
import type {Json} from './json.js'

/** Version of both files. Rules for changing it: take nothing away, change no meaning, add only optional fields. */
export const SCHEMA = 1

/**
 * What a cluster is, frozen before the first call that creates anything; only from where it may be reached, when it ends,
 * its add-ons and how old its certificates may be can change.
 */
export interface JournalHeader extends OperatorRanges {
  readonly clusterId: string
  readonly spec: ClusterSpec
  readonly account: string
  /** The user said who may reach the cluster, and may know of ways that khw does not see; absent: khw found it out. */
  readonly rangesGiven?: true
  readonly artifacts: ArtifactSet
  /** ISO 8601. */
  readonly createdAt: string
  /** ISO 8601: when the cluster may be taken down; null or absent if it never expires. */
  readonly expiresAt?: string | null
  /** What that was at first; absent if it was never changed. */
  readonly firstExpiresAt?: string | null
  /** What its certificates have to be since they were last renewed; absent if they never were. */
  readonly issuance?: Issuance
}

export type StepRecord =
  | {
      readonly status: 'running'
      readonly token: string
      readonly inputs: string
      readonly startedAt: string
      /** ISO 8601: when the call was last sent that may have made something. */
      readonly sentAt?: string
    }
  | {
      readonly status: 'failed'
      readonly token: string
      readonly inputs: string
      readonly startedAt: string
      readonly message: string
    }
  | {
      readonly status: 'done'
      readonly inputs: string
      readonly output: Json
      /** ISO 8601: when what it stands for was made; kept while AWS still has that very thing. */
      readonly generation: string
      readonly startedAt: string
      readonly seconds: number
      readonly waitedFor: string | null
    }

/** `cluster.json`: what a journal can be made anew from. */
export interface ClusterContent {
  readonly schema: number
  readonly header: JournalHeader
}

/** `journal.json`. */
export interface JournalContent extends ClusterContent {
  readonly intent: 'create' | 'destroy'
  /** True once every step of the plan was done. */
  readonly complete: boolean
  readonly steps: Readonly<Record<string, StepRecord>>
  /** ISO 8601, null for never: the expiry that its machines and tags are being given; absent if none is under way. */
  readonly extendingTo?: string | null
  /** Its certificates are being renewed; absent if they are not. */
  readonly renewing?: true
  /** Keys that are being rotated, each with the name of the one that is on its way out; absent if none is. */
  readonly rotating?: Rotating
}

export type Rotating = Readonly<Partial<Record<RotatedKey, string>>>
