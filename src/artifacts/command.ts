import {spawn, type ChildProcess} from 'node:child_process'

export interface CommandOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** Ends the program and all it started. */
  readonly signal: AbortSignal
  /** Called with each whole line of stdout and stderr. */
  readonly onLine?: (line: string) => void
}

/** A program that did not exit with 0. `said` is the end of what it wrote to stderr. */
export class CommandError extends Error {
  constructor(
    readonly program: string,
    readonly exitCode: number | null,
    readonly said: string,
  ) {
    super(`${program} exited with ${exitCode ?? 'a signal'}${said === '' ? '' : `: ${said}`}`)
    this.name = 'CommandError'
  }
}

/** How long programs get to end by themselves once cancelled. */
const GRACE_MS = 2000
const KEPT_LINES = 12

/**
 * Runs a program without a shell and resolves with its stdout. Throws CommandError unless it exits with 0, the error of
 * spawn (ENOENT) if it cannot start, and the signal's reason if cancelled, once the program is gone.
 */
export async function runCommand(program: string, args: readonly string[], options: CommandOptions): Promise<string> {
  options.signal.throwIfAborted()
  // A process group of its own: a compiler's children end with it, and Ctrl-C reaches it only through the signal.
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: options.env ?? process.env,
    detached: true,
    ...(options.cwd === undefined ? {} : {cwd: options.cwd}),
  })
  const output: string[] = []
  const tail: string[] = []
  const stdout = lineReader(line => options.onLine?.(line))
  const stderr = lineReader(line => {
    tail.push(line)
    if (tail.length > KEPT_LINES) tail.shift()
    options.onLine?.(line)
  })
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.push(text)
    stdout.push(text)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr.push(text)
  })

  let killer: NodeJS.Timeout | undefined
  const cancel = () => {
    killGroup(child, 'SIGTERM')
    killer = setTimeout(() => {
      killGroup(child, 'SIGKILL')
    }, GRACE_MS)
  }
  options.signal.addEventListener('abort', cancel, {once: true})
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    stdout.end()
    stderr.end()
    options.signal.throwIfAborted()
    if (exitCode !== 0) throw new CommandError(program, exitCode, tail.join('\n').trim())
    return output.join('')
  } finally {
    clearTimeout(killer)
    options.signal.removeEventListener('abort', cancel)
  }
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // The whole group is gone already, which is what was wanted.
  }
}

/** Cuts a stream of text into lines. */
function lineReader(onLine: (line: string) => void): {push: (text: string) => void; end: () => void} {
  let rest = ''
  return {
    push(text) {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) onLine(line)
    },
    end() {
      if (rest !== '') onLine(rest)
      rest = ''
    },
  }
}
