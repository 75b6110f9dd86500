/** What a run tells its onlookers. Listeners draw or log; they decide nothing. */
export type RunEvent =
  | {readonly type: 'planned'; readonly phases: readonly PlannedPhase[]}
  | {readonly type: 'step-started'; readonly id: string; readonly phase: string; readonly at: number}
  /** Free text on a running step: `kubelet 43 of 105 MB`, `waiting for SSH`. */
  | {readonly type: 'step-progress'; readonly id: string; readonly phase: string; readonly text: string}
  | {
      readonly type: 'step-done'
      readonly id: string
      readonly phase: string
      readonly outcome: StepOutcome
      readonly seconds: number
    }
  | {
      readonly type: 'step-failed'
      readonly id: string
      readonly phase: string
      readonly error: Error
      readonly seconds: number
    }

/** `created` now, `adopted` because it was there though not recorded, `kept` from an earlier run. */
export type StepOutcome = 'created' | 'adopted' | 'kept' | 'removed'

export interface PlannedPhase {
  readonly id: string
  /** Imperative: `Create the network`. */
  readonly title: string
  readonly steps: readonly {readonly id: string; readonly title: string}[]
}

export type RunListener = (event: RunEvent) => void
