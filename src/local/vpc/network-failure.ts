import {KhwError, messageOf} from '../../errors.js'

/** What a failed command on the host means to who reads it; `doing`: "build the network of vpc-1". */
export function networkFailure(doing: string, error: unknown): KhwError {
  if (error instanceof KhwError) return error
  const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT' && 'path' in error
  if (missing)
    return new KhwError(
      'LOCAL_NOT_SET_UP',
      `Cannot ${doing}: ${String(error.path)} is not installed`,
      ['sudo khw local setup'],
      {
        cause: error,
      },
    )
  if (process.getuid?.() !== 0)
    return new KhwError(
      'LOCAL_NOT_ROOT',
      `Cannot ${doing} without root: ${messageOf(error)}`,
      ['sudo khw local setup'],
      {
        cause: error,
      },
    )
  return new KhwError(
    'LOCAL_DAEMON_FAILED',
    `Cannot ${doing}: ${messageOf(error)}`,
    ['See what is missing on this host: khw local status', 'Start over with an empty region: khw local reset'],
    {cause: error},
  )
}
