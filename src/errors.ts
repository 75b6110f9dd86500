/** Stable, machine-readable names of what can go wrong; shown with the message and in `--json` errors. */
export type KhwCode =
  | 'USAGE'
  | 'INVALID_SPEC'
  | 'CLUSTER_EXISTS'
  | 'CLUSTER_EXPIRED'
  | 'COST_LIMIT'
  | 'CLUSTER_NOT_FOUND'
  | 'CLUSTER_AMBIGUOUS'
  | 'NODE_NOT_FOUND'
  | 'ADDRESS_CHANGED'
  | 'LOCKED'
  | 'JOURNAL_UNREADABLE'
  | 'JOURNAL_TOO_NEW'
  | 'HOME_NOT_WRITABLE'
  | 'DISK_FULL'
  | 'STEP_FAILED'
  | 'INTERRUPTED'
  | 'TIMEOUT'
  | 'AWS_AUTH'
  | 'AWS_QUOTA'
  | 'AWS_CAPACITY'
  | 'AWS_ERROR'
  | 'SSH_FAILED'
  | 'SSH_HOST_KEY'
  | 'REMOTE_COMMAND_FAILED'
  | 'ARTIFACT_MISSING'
  | 'ARTIFACT_CHECKSUM'
  | 'ARTIFACT_UNREACHABLE'
  | 'BUILD_FAILED'
  | 'VERSION_UNSUPPORTED'
  | 'LOCAL_UNSUPPORTED'
  | 'LOCAL_NOT_ROOT'
  | 'LOCAL_NOT_SET_UP'
  | 'LOCAL_DAEMON_FAILED'
  | 'CHECK_FAILED'
  | 'KUBERNETES_API'

/** What is wrong, and what to type or to do about it. */
export interface Trouble {
  readonly message: string
  readonly suggestions: readonly string[]
  readonly cause?: unknown
}

export interface KhwErrorOptions {
  readonly cause?: unknown
  /** Of an error that stands for several: each, which message and suggestions have together. */
  readonly troubles?: readonly Trouble[]
  /** Process exit code; 1 unless told otherwise (2 usage, 69 stopped but resumable, 130 interrupted). */
  readonly exit?: number
}

/**
 * An expected failure. `message` says what could not be done and why; `suggestions` (at least one) say what to type
 * next. Anything thrown that is not a KhwError is a bug in khw and is reported as one.
 * oclif's error printer reads `code`, `suggestions`, `cause` and `oclif.exit`.
 */
export class KhwError extends Error {
  readonly code: KhwCode
  readonly suggestions: readonly [string, ...string[]]
  readonly oclif: {exit: number}
  /** What is wrong at once; empty if that is one thing. */
  readonly troubles: readonly Trouble[]

  constructor(
    code: KhwCode,
    message: string,
    suggestions: readonly [string, ...string[]],
    options: KhwErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : {cause: options.cause})
    this.name = 'Error'
    this.code = code
    this.suggestions = suggestions
    this.oclif = {exit: options.exit ?? 1}
    this.troubles = options.troubles ?? []
  }
}

/** What is wrong at once, as one error. Suggestions are told once each. */
export function allAtOnce(
  code: KhwCode,
  all: readonly Trouble[],
  {exit = 1}: Pick<KhwErrorOptions, 'exit'> = {},
): KhwError {
  const troubles = all.flatMap(each => (each instanceof KhwError && each.troubles.length > 0 ? each.troubles : [each]))
  const [first = '', ...more] = new Set(troubles.flatMap(({suggestions}) => suggestions))
  return new KhwError(code, troubles.map(({message}) => message).join('\n'), [first, ...more], {
    cause: all[0]?.cause,
    exit,
    ...(troubles.length > 1 && {troubles}),
  })
}

/** The sentence of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
