/** One thing that `khw iam` does. */
export interface IamChange {
  /** As one says it after "to": `create the policy khw-operator`. */
  readonly what: string
  readonly run: () => Promise<void>
}
