import {spawn} from 'node:child_process'

export interface RunOptions {
  readonly input?: string
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  readonly signal?: AbortSignal
  /** Called with each piece of output (stdout and stderr), for progress. */
  readonly onOutput?: (text: string) => void
}

export interface CommandFailure {
  readonly command: string
  readonly exitCode: number | null
  readonly stderr: string
}

/** PATH with the administrative directories, which are missing from that of a root shell made by `su`. */
export function commandPath(path: string | undefined = process.env['PATH']): string {
  const directories = (path ?? '/usr/local/bin:/usr/bin:/bin').split(':')
  const missing = ['/usr/local/sbin', '/usr/sbin', '/sbin'].filter(directory => !directories.includes(directory))
  return [...directories, ...missing].join(':')
}

/** A host command that did not exit with 0; `message` names it, its exit code and the end of what it said. */
export class HostCommandError extends Error {
  constructor(readonly failure: CommandFailure) {
    const said = failure.stderr.trim().split('\n').slice(-8).join('\n')
    super(`${failure.command} exited with ${failure.exitCode ?? 'a signal'}${said === '' ? '' : `: ${said}`}`)
    this.name = 'HostCommandError'
  }
}

/** Runs a program without a shell; resolves with its stdout, throws HostCommandError unless it exits with 0. */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const child = spawn(program, args, {
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    env: options.env ?? {...process.env, PATH: commandPath()},
    ...(options.cwd === undefined ? {} : {cwd: options.cwd}),
    ...(options.signal === undefined ? {} : {signal: options.signal}),
  })
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    options.onOutput?.(text)
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    options.onOutput?.(text)
  })
  // A program that exits without reading its input closes the pipe; its exit code tells what matters.
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(options.input)
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (exitCode !== 0) throw new HostCommandError({command: [program, ...args].join(' '), exitCode, stderr})
  return stdout
}
