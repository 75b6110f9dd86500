import {spawn, type ChildProcess} from 'node:child_process'
import {randomBytes} from 'node:crypto'
import {existsSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {setTimeout as sleep} from 'node:timers/promises'
import type {StepRecord} from '../../src/steps/engine/journal.js'

const BIN = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

export interface Outcome {
  readonly code: number | null
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
    const {code, stdout, stderr} = await this.run(...args)
    if (code !== 0) throw new Error(`khw ${args.join(' ')} exited with ${code}\n${stdout}\n${stderr}`)
    return stdout
  }

  start(...args: readonly string[]): ChildProcess {
    return spawn(process.execPath, [BIN, ...args], {
      env: {...process.env, KHW_HOME: this.home},
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  /** What the journal of a cluster says of a step; undefined if nothing yet. */
  stepRecord(cluster: string, step: string): StepRecord | undefined {
    const file = join(this.home, 'clusters', cluster, 'journal.json')
    if (!existsSync(file)) return undefined
    const {steps} = JSON.parse(readFileSync(file, 'utf8')) as {steps: Record<string, StepRecord>}
    return steps[step]
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
    child.once('close', code => {
      resolve({code, stdout, stderr})
    })
  })
}
