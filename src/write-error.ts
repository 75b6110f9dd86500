import {KhwError, messageOf} from './errors.js'

const FULL: readonly unknown[] = ['ENOSPC', 'EDQUOT']
// ENOENT too: it is what mkdir() with `recursive` says of a file system that is read-only.
const FORBIDDEN: readonly unknown[] = ['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR', 'EEXIST', 'EISDIR']

/**
 * What a file system answers to a write, as DISK_FULL or HOME_NOT_WRITABLE; anything else as it is. `what` is a sentence
 * without its end: `Could not write /home/me/khw/journal.json`.
 */
export function writeError(cause: unknown, what: string): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (FULL.includes(code)) {
    return new KhwError(
      'DISK_FULL',
      `${what}: the disk is full.`,
      ['Free some space and run the same command again: it goes on where it stopped.'],
      {cause, exit: 69},
    )
  }
  if (FORBIDDEN.includes(code)) {
    return new KhwError(
      'HOME_NOT_WRITABLE',
      `${what}: ${messageOf(cause)}.`,
      [
        'Make the directory writable for you and run the same command again, or set KHW_HOME to one that you may write.',
      ],
      {cause, exit: 69},
    )
  }
  return cause
}
