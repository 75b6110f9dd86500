import {spawn, type ChildProcess} from 'node:child_process'
import {randomBytes} from 'node:crypto'
import {existsSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {setTimeout as sleep} from 'node:timers/promises'
import {clearFaults, writeFaults} from '../../src/local/daemon/faults-file.js'
import type {JournalHeader} from '../../src/steps/engine/journal-content.js'
import type {StepRecord} from '../../src/steps/engine/journal.js'
import type {CrashPoint} from './crash-points.js'

const BIN = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
const HOOKS = fileURLToPath(new URL('../resume/crash/hooks.mjs', import.meta.url))

/** Longer than any command takes that is to be killed. */
const PATIENCE = 300_000

export interface Outcome {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** khw as its users run it: the built program, in a process of its own, with a home of its own. */
export class Khw {
  /** khw makes it when it first needs it. */
  readonly home = join(tmpdir(), `khw-e2e-${randomBytes(4).toString('hex')}`)

  /** Runs to its end. Its progress goes to a log beside the home, which is shown when something fails. */
  async run(...args: readonly string[]): Promise<Outcome> {
    return finished(this.start(...args))
  }

  /** As `run`, but throws unless it exits with 0. */
  async succeed(...args: readonly string[]): Promise<string> {
    return (await this.succeedWith({}, ...args)).stdout
  }

  /** As `succeed`, with more in its environment. */
  async succeedWith(env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<Outcome> {
    const outcome = await finished(this.startWith(env, [BIN, ...args]))
    const {code, stdout, stderr} = outcome
    if (code !== 0) throw new Error(`khw ${args.join(' ')} exited with ${code}\n${stdout}\n${stderr}`)
    return outcome
  }

  start(...args: readonly string[]): ChildProcess {
    return this.startWith({}, [BIN, ...args])
  }

  private startWith(env: NodeJS.ProcessEnv, nodeArgs: readonly string[]): ChildProcess {
    return spawn(process.execPath, nodeArgs, {
      env: {...process.env, KHW_HOME: this.home, ...env},
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  /**
   * Runs a command that is killed at a point, while the steps of other points are held back. Throws if it ends otherwise.
   * `env` is added to its environment.
   */
  async killAt(
    {id, step, dropped}: CrashPoint,
    {hold = [], env = {}}: {readonly hold?: readonly CrashPoint[]; readonly env?: NodeJS.ProcessEnv},
    ...args: readonly string[]
  ): Promise<Outcome> {
    const held = new Set(hold.map(each => each.step).filter(each => each !== '' && each !== step))
    const region = {region: join(this.home, 'region')}
    if (dropped !== undefined) await writeFaults(region, {calls: [{action: dropped, when: 'after', how: 'drop'}]})
    const hooks = {KHW_CRASH_POINT: id, ...(held.size > 0 && {KHW_CRASH_HOLD: [...held].join()})}
    const child = this.startWith({...env, ...hooks}, ['--import', HOOKS, BIN, ...args])
    const timer = setTimeout(() => child.kill('SIGTERM'), PATIENCE)
    const outcome = await finished(child)
    clearTimeout(timer)
    if (dropped !== undefined) await clearFaults(region)
    if (outcome.signal === 'SIGKILL') return outcome
    throw new Error(`${id} was never reached: ${JSON.stringify(outcome)}`)
  }

  /** What the journal of a cluster says of a step; undefined if nothing yet. */
  stepRecord(cluster: string, step: string): StepRecord | undefined {
    const file = join(this.home, 'clusters', cluster, 'journal.json')
    if (!existsSync(file)) return undefined
    const {steps} = JSON.parse(readFileSync(file, 'utf8')) as {steps: Record<string, StepRecord>}
    return steps[step]
  }

  /** What the journal of a cluster says it is. Throws if there is none. */
  header(cluster: string): JournalHeader {
    const file = join(this.home, 'clusters', cluster, 'journal.json')
    return (JSON.parse(readFileSync(file, 'utf8')) as {header: JournalHeader}).header
  }

  /** Starts a command and kills it, as a power cut would, at the first moment `when` holds. Throws if it ends before. */
  async killWhen(when: () => boolean, ...args: readonly string[]): Promise<void> {
    const child = this.start(...args)
    const end = finished(child)
    while (!when()) {
      if (child.exitCode !== null) throw new Error(`it ended before it was killed: ${(await end).stderr}`)
      await sleep(20)
    }
    child.kill('SIGKILL')
    await end
  }

  /** Takes everything down, also what a failed test has left. */
  async close(): Promise<void> {
    if (!existsSync(this.home)) return
    await this.run('local', 'reset', '--yes')
    rmSync(this.home, {recursive: true, force: true})
  }
}

async function finished(child: ChildProcess): Promise<Outcome> {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (text: Buffer) => (stdout += text.toString()))
  child.stderr?.on('data', (text: Buffer) => (stderr += text.toString()))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      resolve({code, signal, stdout, stderr})
    })
  })
}
