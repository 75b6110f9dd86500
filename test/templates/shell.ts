import {spawn} from 'node:child_process'
import {chmod, mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

/** A directory in which the scripts for nodes run on this machine: their state, and stand-ins for system programs. */
export interface Sandbox {
  readonly root: string
  /** First in PATH. */
  readonly bin: string
  run(script: string, input?: Buffer): Promise<Outcome>
  /** A program of that name which is this script. */
  standIn(name: string, body: string): Promise<void>
  remove(): Promise<void>
}

export interface Outcome {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

export async function sandbox(): Promise<Sandbox> {
  const root = await mkdtemp(join(tmpdir(), 'khw-templates-'))
  const bin = join(root, 'bin')
  await mkdir(bin)
  return {
    root,
    bin,
    run: (script, input) => shell(['-c', script], {input, path: `${bin}:${process.env['PATH'] ?? ''}`}),
    async standIn(name, body) {
      await writeFile(join(bin, name), `#!/bin/sh\n${body}\n`)
      await chmod(join(bin, name), 0o755)
    },
    remove: () => rm(root, {recursive: true, force: true}),
  }
}

/** Whether a shell accepts the script; `undefined` if the shell is not on this machine. */
export async function accepts(program: 'sh' | 'bash' | 'dash', script: string): Promise<boolean | undefined> {
  try {
    return (await shell(['-n'], {input: Buffer.from(script), program})).exitCode === 0
  } catch {
    return undefined
  }
}

interface ShellOptions {
  readonly input?: Buffer | undefined
  readonly path?: string
  readonly program?: string
}

function shell(args: readonly string[], options: ShellOptions): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const env = {...process.env, ...(options.path === undefined ? {} : {PATH: options.path})}
    const child = spawn(options.program ?? 'sh', args, {env})
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (data: Buffer) => (stdout += data.toString()))
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()))
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input)
    child.once('error', reject)
    child.once('close', exitCode => {
      resolve({exitCode, stdout, stderr})
    })
  })
}
