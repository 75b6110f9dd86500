import {spawn} from 'node:child_process'
import {closeSync, openSync, readFileSync, rmSync} from 'node:fs'
import {createRequire} from 'node:module'
import {setTimeout as sleep} from 'node:timers/promises'
import {fileURLToPath, pathToFileURL} from 'node:url'
import {KhwError, messageOf} from '../../errors.js'
import {identify, isRunning, sendSignal, type ProcessIdentity} from '../../process-identity.js'
import {commandPath} from '../host/run.js'
import {isRecord} from './ip-json.js'
import {inside} from './namespaces.js'

const START_TIMEOUT_MS = 20_000

/** A process of the region in a namespace of its own, which outlives whoever starts it. */
export interface DetachedProcess {
  /** As in `The name service of vpc-1 did not start`. */
  readonly what: string
  /** Its program without the suffix, beside this file: `services/main`. */
  readonly program: string
  readonly args: readonly string[]
  readonly namespace: string
  /** Written by the process itself, once it does its work. */
  readonly processFile: string
  readonly log: string
}

/** Compiled beside this file; when this file itself runs from its source, so does the process. */
function entry(program: string): string[] {
  const path = (suffix: string): string => fileURLToPath(new URL(`./${program}${suffix}`, import.meta.url))
  if (!import.meta.url.endsWith('.ts')) return [path('.js')]
  return ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href, path('.ts')]
}

function tail(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim().split('\n').slice(-8).join('\n')
  } catch {
    return ''
  }
}

/** Undefined if the file is missing or half-written by something else: both mean that nothing is known. */
function readIdentity(processFile: string): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(processFile, 'utf8'))
    if (!isRecord(value) || typeof value.pid !== 'number') return undefined
    return {pid: value.pid, startTime: String(value.startTime)}
  } catch {
    return undefined
  }
}

export function processRuns(processFile: string): boolean {
  const identity = readIdentity(processFile)
  return identity !== undefined && isRunning(identity)
}

/** Starts it, unless it runs, and resolves once it does its work. Throws LOCAL_DAEMON_FAILED. */
export async function startDetached(options: DetachedProcess, patience = START_TIMEOUT_MS): Promise<void> {
  const {what, namespace, processFile} = options
  if (processRuns(processFile)) return
  rmSync(processFile, {force: true})
  const log = openSync(options.log, 'a', 0o600)
  const [program, programArgs] = inside(namespace, process.execPath, [...entry(options.program), ...options.args])
  const child = spawn(program, programArgs, {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: '/',
    // Nothing of this process's environment is meant for it; its heap holds little besides file buffers.
    env: {PATH: commandPath()},
  })
  closeSync(log)
  let ended: string | undefined
  child.once('error', error => (ended = messageOf(error)))
  child.once('exit', code => (ended = `it exited with ${code ?? 'a signal'}`))
  child.unref()
  const deadline = Date.now() + patience
  while (!processRuns(processFile)) {
    if (ended !== undefined || Date.now() > deadline) {
      const why = ended ?? `no answer in ${patience / 1000} s`
      // One that is only slow would come up beside the next.
      if (ended === undefined && child.pid !== undefined) await killAndWait(child.pid)
      throw new KhwError('LOCAL_DAEMON_FAILED', `${what} did not start: ${why}\n${tail(options.log)}`, [
        'Try again: the next change to the VPC starts it',
        `Read ${options.log}`,
      ])
    }
    await sleep(10)
  }
}

/** Ends it, if it runs, and resolves when it is gone. It keeps nothing that would need a slow farewell. */
export async function stopDetached(processFile: string): Promise<void> {
  const identity = readIdentity(processFile)
  if (identity !== undefined && isRunning(identity)) await killAndWait(identity.pid)
  rmSync(processFile, {force: true})
}

export async function killAndWait(pid: number): Promise<void> {
  const identity = identify(pid)
  if (identity === undefined) return
  sendSignal(pid, 'SIGKILL')
  while (isRunning(identity)) await sleep(5)
}
