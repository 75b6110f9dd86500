import {randomUUID} from 'node:crypto'
import {link, mkdir, open, readFile, rename, rm} from 'node:fs/promises'
import {dirname} from 'node:path'
import {setTimeout as delay} from 'node:timers/promises'

export interface LockOptions {
  readonly signal: AbortSignal
  /** Called once if another process holds the lock. */
  readonly onWait?: (pid: number) => void
}

const POLL_MS = 200

/**
 * Runs `work` while this process alone holds the file `path`. Waits for a living holder; takes over from a dead one.
 * The holder is named by process id and start time, since process ids are used again.
 */
export async function withLock<T>(path: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), {recursive: true})
  const holder = JSON.stringify({pid: process.pid, started: await startOf(process.pid), nonce: randomUUID()})
  let told = false
  while (!(await tryTake(path, holder))) {
    const current = await readHolder(path)
    if (current !== undefined && !(await isAlive(current.pid, current.started))) {
      await takeAway(path, current.text)
      continue
    }
    if (!told && current !== undefined) options.onWait?.(current.pid)
    told = told || current !== undefined
    await delay(POLL_MS, undefined, {signal: options.signal})
  }
  try {
    return await work()
  } finally {
    await takeAway(path, holder)
  }
}

async function tryTake(path: string, holder: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx')
    try {
      await file.writeFile(holder)
    } finally {
      await file.close()
    }
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/**
 * Removes the lock if it still is that holder's. Renames first, so that of two processes that find a dead holder one
 * wins; the other may have moved the winner's new lock, and puts it back.
 */
async function takeAway(path: string, holder: string): Promise<void> {
  if ((await readHolder(path))?.text !== holder) return
  const aside = `${path}.${randomUUID()}`
  try {
    await rename(path, aside)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    return
  }
  if ((await readHolder(aside))?.text !== holder) await link(aside, path).catch(() => undefined)
  await rm(aside, {force: true})
}

async function readHolder(path: string): Promise<{pid: number; started: string; text: string} | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '')
  const match = /^\{"pid":(\d+),"started":"(\d*)"/.exec(text)
  // Empty for the instant between its creation and its writing.
  return match ? {pid: Number(match[1]), started: match[2] ?? '', text} : undefined
}

async function isAlive(pid: number, started: string): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
  return (await startOf(pid)) === started
}

/** Start time in clock ticks since boot: field 22 of /proc/PID/stat (proc(5)); empty where there is no /proc. */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
