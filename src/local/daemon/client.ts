import {spawn} from 'node:child_process'
import {closeSync, openSync} from 'node:fs'
import {mkdir, open} from 'node:fs/promises'
import {createRequire} from 'node:module'
import {connect} from 'node:net'
import {setTimeout as delay} from 'node:timers/promises'
import {fileURLToPath, pathToFileURL} from 'node:url'
import type {Home} from '../../cluster/home.js'
import {KhwError} from '../../errors.js'
import {isRunning, sendSignal} from '../../process-identity.js'
import {commandPath} from '../host/run.js'
import {runningDaemon, type Announcement} from './announcement.js'
import {RELEASE_SIGNAL, ANOTHER_RUNS, regionFiles, type RegionFiles} from './region-files.js'

/** Taking over many machines after a restart is the longest that a start may last. */
const START_TIMEOUT = 60_000
const STOP_TIMEOUT = 20_000
const RELEASE_TIMEOUT = 3_000

/** The daemon of this home if one runs and answers. */
export async function findRegion(home: Pick<Home, 'region'>): Promise<Announcement | undefined> {
  const announcement = await runningDaemon(regionFiles(home.region))
  return announcement && (await answers(announcement.endpoint)) ? announcement : undefined
}

/**
 * Finds the region's daemon or starts one, and resolves when it answers. The image must be there. Throws
 * LOCAL_DAEMON_FAILED with the end of its log.
 */
export async function startRegion(home: Pick<Home, 'region' | 'cache'>, signal?: AbortSignal): Promise<Announcement> {
  const found = await findRegion(home)
  if (found) return found
  const files = regionFiles(home.region)
  await mkdir(files.directory, {recursive: true, mode: 0o700})
  await mkdir(home.cache, {recursive: true})
  let daemon = spawnDaemon(files, home.cache)
  const deadline = Date.now() + START_TIMEOUT
  for (;;) {
    signal?.throwIfAborted()
    const announcement = await findRegion(home)
    if (announcement) return announcement
    const reason = daemon.failure() ?? (Date.now() > deadline ? 'it did not answer within a minute' : undefined)
    if (reason !== undefined) throw await failed(files, reason)
    // The other one is about to answer, or was just about to end.
    if (daemon.foundAnother()) daemon = spawnDaemon(files, home.cache)
    await delay(20)
  }
}

/** Lets the region end now if nothing is in it, and waits for that; one that is used goes on, and is waited for a little. */
export async function releaseRegion(home: Pick<Home, 'region'>): Promise<void> {
  const announcement = await runningDaemon(regionFiles(home.region))
  if (!announcement) return
  const {process: daemon} = announcement
  sendSignal(daemon.pid, RELEASE_SIGNAL)
  const deadline = Date.now() + RELEASE_TIMEOUT
  while (isRunning(daemon) && Date.now() < deadline) await delay(20)
}

/** Ends the daemon; machines go on. False if none runs. */
export async function stopRegion(home: Pick<Home, 'region'>): Promise<boolean> {
  const announcement = await runningDaemon(regionFiles(home.region))
  if (!announcement) return false
  const {process: daemon} = announcement
  sendSignal(daemon.pid, 'SIGTERM')
  const deadline = Date.now() + STOP_TIMEOUT
  while (isRunning(daemon)) {
    if (Date.now() > deadline) sendSignal(daemon.pid, 'SIGKILL')
    await delay(20)
  }
  return true
}

interface StartingDaemon {
  /** Why it ended, if it has and should not. */
  failure(): string | undefined
  /** It ended because another daemon holds the region. */
  foundAnother(): boolean
}

function spawnDaemon(files: RegionFiles, cache: string): StartingDaemon {
  const log = openSync(files.log, 'a', 0o600)
  let failure: string | undefined
  let foundAnother = false
  try {
    const child = spawn(process.execPath, [...entry(), files.directory, cache], {
      detached: true,
      stdio: ['ignore', log, log],
      cwd: '/',
      // Nothing else of this environment is meant for it, least of all the caller's credentials.
      env: {PATH: commandPath(), TZ: process.env['TZ'] ?? 'UTC'},
    })
    child.once('error', error => (failure = error.message))
    child.once('exit', code => {
      if (code === ANOTHER_RUNS) foundAnother = true
      else failure = `it ended with ${code ?? 'a signal'}`
    })
    child.unref()
  } finally {
    closeSync(log)
  }
  return {failure: () => failure, foundAnother: () => foundAnother}
}

/** Compiled beside this file; when this file itself runs from its source, so does the daemon. */
function entry(): string[] {
  if (!import.meta.url.endsWith('.ts')) return [fileURLToPath(new URL('./main.js', import.meta.url))]
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  return ['--import', loader, fileURLToPath(new URL('./main.ts', import.meta.url))]
}

function answers(endpoint: string): Promise<boolean> {
  const {hostname, port} = new URL(endpoint)
  return new Promise(resolve => {
    const socket = connect(Number(port), hostname)
    const finish = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(2_000, () => {
      finish(false)
    })
    socket.once('connect', () => {
      finish(true)
    })
    socket.once('error', () => {
      finish(false)
    })
  })
}

async function failed(files: RegionFiles, reason: string): Promise<KhwError> {
  return new KhwError(
    'LOCAL_DAEMON_FAILED',
    `The local region did not start: ${reason}. The end of its log:\n${await endOf(files.log)}`,
    [
      `Read the whole log: ${files.log}`,
      'See what this machine lacks: khw local status',
      'Start over: khw local reset',
    ],
  )
}

async function endOf(path: string): Promise<string> {
  const file = await open(path, 'r').catch(() => undefined)
  if (!file) return '(there is none)'
  try {
    const {size} = await file.stat()
    const length = Math.min(size, 4096)
    const {buffer, bytesRead} = await file.read(Buffer.alloc(length), 0, length, size - length)
    return buffer.subarray(0, bytesRead).toString('utf8').trim().split('\n').slice(-10).join('\n')
  } finally {
    await file.close()
  }
}
