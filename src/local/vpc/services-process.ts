import {spawn} from 'node:child_process'
import {closeSync, openSync, readFileSync, rmSync} from 'node:fs'
import {createRequire} from 'node:module'
import {setTimeout as sleep} from 'node:timers/promises'
import {fileURLToPath, pathToFileURL} from 'node:url'
import {KhwError, messageOf} from '../../errors.js'
import {identify, isRunning, sendSignal} from '../../process-identity.js'
import {inside} from './namespaces.js'
import type {VpcFiles} from './vpc-files.js'

const START_TIMEOUT_MS = 20_000

/** Compiled beside this file; when this file itself runs from its source, so does the process. */
function entry(): string[] {
  if (!import.meta.url.endsWith('.ts')) return [fileURLToPath(new URL('./services/main.js', import.meta.url))]
  return [
    '--import',
    pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href,
    fileURLToPath(new URL('./services/main.ts', import.meta.url)),
  ]
}

function tail(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim().split('\n').slice(-8).join('\n')
  } catch {
    return ''
  }
}

export function servicesRunning(files: VpcFiles, vpcId: string): boolean {
  const identity = files.readProcess(vpcId)
  return identity !== undefined && isRunning(identity)
}

/**
 * Starts the process that answers DNS, instance metadata and the cache in the VPC's namespace, unless it runs, and
 * resolves once it listens. It outlives this process. Its tables must be there and its addresses on the router's `lo`.
 */
export async function startServices(
  files: VpcFiles,
  vpcId: string,
  namespace: string,
  cacheDirectory: string,
): Promise<void> {
  if (servicesRunning(files, vpcId)) return
  rmSync(files.processFile(vpcId), {force: true})
  const log = openSync(files.log(vpcId), 'a', 0o600)
  const args = [files.tables(vpcId), files.processFile(vpcId), files.forwarderSocket, cacheDirectory]
  const [program, programArgs] = inside(namespace, process.execPath, [...entry(), ...args])
  const child = spawn(program, programArgs, {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: '/',
    // Nothing of this process's environment is meant for it; its heap holds little besides file buffers.
    env: {PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin'},
  })
  closeSync(log)
  let ended: string | undefined
  child.once('error', error => (ended = messageOf(error)))
  child.once('exit', code => (ended = `it exited with ${code ?? 'a signal'}`))
  child.unref()
  const deadline = Date.now() + START_TIMEOUT_MS
  while (!servicesRunning(files, vpcId)) {
    if (ended !== undefined || Date.now() > deadline)
      throw new KhwError(
        'LOCAL_DAEMON_FAILED',
        `The name, metadata and file services of ${vpcId} did not start: ${ended ?? 'no answer in 20 s'}\n${tail(files.log(vpcId))}`,
        ['Try again: the next change to the VPC starts them', `Read ${files.log(vpcId)}`],
      )
    await sleep(10)
  }
}

/** Ends the process, if it runs, and resolves when it is gone. It keeps nothing that would need a slow farewell. */
export async function stopServices(files: VpcFiles, vpcId: string): Promise<void> {
  const identity = files.readProcess(vpcId)
  if (identity !== undefined && isRunning(identity)) await killAndWait(identity.pid)
  rmSync(files.processFile(vpcId), {force: true})
}

export async function killAndWait(pid: number): Promise<void> {
  const identity = identify(pid)
  if (identity === undefined) return
  sendSignal(pid, 'SIGKILL')
  while (isRunning(identity)) await sleep(5)
}
