import {mkdir, statfs} from 'node:fs/promises'
import {KhwError} from '../../errors.js'

/** Formats bytes for people: `34 MB`. */
function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`
}

/** DISK_FULL for `directory`; `needed` in bytes, where it is known. */
export function diskFull(directory: string, needed: number | undefined, cause?: unknown): KhwError {
  const what = needed === undefined ? 'more space' : `${megabytes(needed)} more`
  return new KhwError(
    'DISK_FULL',
    `The disk is full: ${directory} needs ${what}.`,
    adviceFor(directory),
    cause === undefined ? {} : {cause},
  )
}

function adviceFor(directory: string): [string, string] {
  return [`Free some space (df -h ${directory})`, 'or set KHW_CACHE to a directory on a larger disk']
}

/** Throws DISK_FULL unless the file system of `directory` (made if absent) has `bytes` free. */
export async function requireSpace(directory: string, bytes: number): Promise<void> {
  await mkdir(directory, {recursive: true})
  const {bavail, bsize} = await statfs(directory)
  const free = bavail * bsize
  if (free >= bytes) return
  throw new KhwError(
    'DISK_FULL',
    `There is not enough room in ${directory}: ${megabytes(bytes)} are needed, ${megabytes(free)} are free.`,
    adviceFor(directory),
  )
}

export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
}
