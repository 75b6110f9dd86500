import {appendFile, mkdir} from 'node:fs/promises'
import {join} from 'node:path'
import {messageOf} from '../errors.js'
import type {Failure} from './error-report.js'

export interface BugContext {
  /** Directory of khw's state: the log is in it. */
  readonly directory: string
  readonly version: string
  /** `create`: the command, without its arguments, which may be secret. */
  readonly command: string
  readonly now: Date
}

/** An error nobody expected: its stack goes to a log (0600), and the reader is told that it is khw's fault. */
export async function reportBug(error: unknown, context: BugContext): Promise<Failure> {
  const {directory, version, command, now} = context
  const log = join(directory, 'errors.log')
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const platform = `node ${process.versions.node} ${process.platform} ${process.arch}`
  const written = await write(
    directory,
    log,
    `${now.toISOString()} khw ${version} ${command} ${platform}\n${stack}\n\n`,
  )
  return {
    code: 'BUG',
    message: `khw ${version} met an error it did not expect. This is a bug in khw, not in what you typed.\n${messageOf(error)}`,
    suggestions: [
      `Run the same command again: what is done is kept${command === 'create' ? ', and khw create goes on from there' : ''}`,
      written ? `Report it with the end of ${log}` : 'Set KHW_DEBUG=1 to see where it happened, and report that',
    ],
    cause: error instanceof Error ? error.cause : undefined,
  }
}

async function write(directory: string, log: string, text: string): Promise<boolean> {
  try {
    await mkdir(directory, {recursive: true, mode: 0o700})
    await appendFile(log, text, {mode: 0o600})
    return true
  } catch {
    // The first error is the one worth telling.
    return false
  }
}
