import type {Role} from './addressing.js'
import type {CniChoice} from './cni.js'
import type {ProviderName} from './spec.js'

/** Output contract of `khw status --json` and `khw create --json`: fields are stable. */
export interface ClusterReport {
  readonly name: string
  readonly id: string
  readonly provider: ProviderName
  readonly region: string
  readonly phase: 'creating' | 'ready' | 'degraded' | 'destroying'
  /** Version without `v`. */
  readonly kubernetes: string
  /** Absent: the ordinary one. */
  readonly securityProfile?: 'cis'
  /** Of the load balancer once that is healthy, else of a live controller: `https://198.18.0.4:6443`; null while there is none. */
  readonly endpoint: string | null
  readonly ready: boolean
  /** How many more controllers may be lost before etcd loses its majority. */
  readonly tolerates: number
  readonly nodes: readonly NodeReport[]
  readonly checks: readonly Check[]
  /** How pods are connected, and whether a NetworkPolicy does anything: what enforces it is ready on every worker. */
  readonly network: {readonly cni: CniChoice; readonly policiesEnforced: boolean}
  readonly certificates: {
    readonly earliestExpiry: string | null
    /** New ones were asked for that are not everywhere yet; absent otherwise. */
    readonly renewing?: true
  }
  /** Keys whose rotation is unfinished; absent if there is none. */
  readonly rotating?: readonly RotatingReport[]
  /** Null where nothing costs anything. */
  readonly cost: CostReport | null
  readonly expiresAt: string | null
  /** Of a cluster that is being created, or is left unfinished. */
  readonly progress?: Progress
  /** Who is at work on one that has been created; absent if nobody is. */
  readonly by?: AtWork
}

export interface RotatingReport {
  readonly key: 'encryption' | 'service-account'
  /** The new one is yet to be drawn, known everywhere (or about to be), in use, or the only one that there is. */
  readonly stage: 'draw' | 'known' | 'in-use' | 'dropped'
  /** ISO 8601: nothing is left to do before, but to wait until tokens have ended that the old one has signed. */
  readonly waitsUntil?: string
}

/** Whether rotations have something to do: one that waits has nothing. `now`: milliseconds since the epoch. */
export function rotationIsDue(now: number, rotating: readonly RotatingReport[] = []): boolean {
  return rotating.some(({waitsUntil}) => waitsUntil === undefined || Date.parse(waitsUntil) <= now)
}

/** How far a create has come. */
export interface Progress {
  readonly done: number
  readonly total: number
  /** Ids of the steps that were begun, and are not done: under way, or where it was left. */
  readonly begun: readonly string[]
  /** Null: nobody. */
  readonly by: AtWork | null
}

/** Who holds the cluster's lock now. */
export interface AtWork {
  readonly command: string
  readonly pid: number
  readonly host: string
  /** ISO 8601. */
  readonly since: string
}

/** By list prices of a dated table (prices.ts), an estimate. Numbers are null where a price is `unknown`: `m9.large in ap-south-2`. */
export interface CostReport {
  readonly perHour: number | null
  readonly spent: number | null
  readonly currency: string
  readonly unknown: readonly string[]
}

export interface NodeReport {
  readonly name: string
  readonly role: Role
  readonly instanceId: string | null
  readonly zone: string | null
  /** Null while it has none and none is planned. */
  readonly privateIp: string | null
  readonly publicIp: string | null
  /** EC2's instance state, or `missing`. */
  readonly state: string
  readonly ready: boolean
  readonly checks: readonly Check[]
}

export interface Check {
  readonly name: string
  readonly ok: boolean
  /** A sentence: what was found. */
  readonly detail: string
}

/** `khw create --json` adds where the time went. */
export interface CreateReport extends ClusterReport {
  readonly timings: readonly StepTiming[]
  /** Step ids, first to last. */
  readonly criticalPath: readonly string[]
}

export interface StepTiming {
  readonly step: string
  /** ISO 8601. */
  readonly startedAt: string
  readonly seconds: number
  /** The need that finished last, if any. */
  readonly waitedFor: string | null
}

/** How the reason ends why something has to stay that is in use by what others have made. */
export const NOT_OURS = "which is not khw's"

/** Output contract of `khw destroy --json` where no cluster is named and none is recorded. */
export type NothingDestroyed = Omit<DestroyReport, 'name'> & {readonly name: null}

export interface DestroyReport {
  readonly name: string
  readonly removed: readonly {readonly type: string; readonly id: string}[]
  readonly remaining: readonly {
    readonly type: string
    readonly id: string
    readonly why: string
    /** What to type first, where khw will not do it. */
    readonly fixes?: readonly string[]
  }[]
  readonly seconds: number
}

export interface ClusterSummary {
  readonly name: string
  readonly id: string
  readonly provider: ProviderName
  readonly region: string
  readonly phase: ClusterReport['phase']
  /** ISO 8601. */
  readonly createdAt: string
  readonly expiresAt: string | null
}
