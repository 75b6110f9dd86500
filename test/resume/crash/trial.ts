/** A place where khw may be killed, as its hooks name it, and the step it belongs to. */
export interface Point {
  readonly id: string
  readonly step: string
}

/** One row of the matrix. */
export interface Trial {
  readonly point: Point
  /** For a create that is killed again while it is resumed: where; or a seed by which the lane chooses what is still to come. */
  readonly then?: {readonly id: string} | {readonly seed: number; readonly candidates: readonly Point[]}
  /** Resume and destroy by khw's own process too, instead of by its code in the lane's. */
  readonly real: boolean
}

/** What an undisturbed run was like: what every trial must come to. */
export interface Reference {
  /** In the order they were passed. */
  readonly points: readonly Point[]
  /** The cluster in the region; see logicalState. */
  readonly state: readonly string[]
  /** How many mutating calls its create made. */
  readonly calls: number
}

/** `build`: what a destroy that is to be killed needs to be there. */
export const PHASES = ['build', 'crash', 'resume', 'check', 'destroy'] as const

export type Phase = (typeof PHASES)[number]

export interface Outcome {
  readonly trial: Trial
  /** Where the resume was killed, if it was. */
  readonly thenId?: string
  /** Why it is a failure; empty if it is none. */
  readonly failures: readonly string[]
  readonly seconds: Readonly<Record<Phase, number>>
}

/** What a lane is asked, and answers. */
export type Request =
  {readonly type: 'record'} | {readonly type: 'try'; readonly trial: Trial; readonly reference: Reference}

export type Answer =
  | {readonly type: 'recorded'; readonly reference: Reference}
  | {readonly type: 'tried'; readonly outcome: Outcome}
  | {readonly type: 'broken'; readonly error: string}
