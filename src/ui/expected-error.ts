import {KhwError, type KhwCode} from '../errors.js'

/** Failures of the machine khw runs on, which no caller can rule out: not a bug, whoever met them. */
const SYSTEM: Readonly<Record<string, readonly [KhwCode, string]>> = {
  ENOSPC: [
    'DISK_FULL',
    'Free some space, or move khw with KHW_HOME and KHW_CACHE to a larger disk, then repeat the command',
  ],
  EDQUOT: ['DISK_FULL', 'Free some of your quota, or move khw with KHW_HOME and KHW_CACHE, then repeat the command'],
  EROFS: ['HOME_NOT_WRITABLE', 'Set KHW_HOME and KHW_CACHE to directories you may write to'],
  EACCES: [
    'HOME_NOT_WRITABLE',
    'Check who owns the file, or set KHW_HOME and KHW_CACHE to directories you may write to',
  ],
}

/** The error as one that is known to happen; undefined if it is a bug in khw. */
export function expectedError(error: unknown): KhwError | undefined {
  if (error instanceof KhwError) return error
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  const known = SYSTEM[error.code]
  return known && new KhwError(known[0], error.message, [known[1]], {cause: error})
}
