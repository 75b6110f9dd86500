import {readFile, rm} from 'node:fs/promises'
import {run} from './run.js'

/** Mount points at or below a directory, in the order they were mounted (proc(5), /proc/PID/mountinfo). */
export async function mountsUnder(directory: string): Promise<string[]> {
  return mountPoints(await readFile('/proc/self/mountinfo', 'utf8')).filter(
    point => point === directory || point.startsWith(`${directory}/`),
  )
}

/** The fifth field of each line, with its octal escapes (blank, tab, newline, backslash) undone. */
export function mountPoints(mountinfo: string): string[] {
  return mountinfo
    .split('\n')
    .map(line => line.split(' ')[4])
    .filter(field => field !== undefined)
    .map(field => field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))))
}

export async function unmountUnder(directory: string): Promise<void> {
  const points = await mountsUnder(directory)
  // Lazily: a process that is just dying may hold one for a moment longer.
  if (points.length > 0) await run('umount', ['--lazy', ...points.reverse()])
}

/**
 * Removes a directory that may have file systems mounted in it. What is mounted is never followed: a bind mount of
 * the host's own files in it would otherwise be emptied.
 */
export async function removeTree(directory: string): Promise<void> {
  await unmountUnder(directory)
  const left = await mountsUnder(directory)
  if (left.length > 0) throw new Error(`${left.join(', ')} could not be unmounted, so ${directory} was not removed`)
  // A process that was told to end may still be writing; rm waits a little longer each time it finds something new.
  await rm(directory, {recursive: true, force: true, maxRetries: 12, retryDelay: 100})
}
