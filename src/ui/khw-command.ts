import {Command, Errors, type Interfaces} from '@oclif/core'
import type {Home} from '../cluster/home.js'
import type {Failure} from './error-report.js'
import type {Style} from './style.js'

/**
 * What all commands share: results go to stdout and everything else to stderr; a failure is told with its code and what
 * to type next, or as `{"error": {"code", "message", "suggestions"}}` on stdout under `--json`.
 */
export abstract class KhwCommand extends Command {
  /** Somebody sits there and can be asked. */
  protected get interactive(): boolean {
    return process.stdin.isTTY && process.stderr.isTTY && !this.jsonEnabled()
  }

  /** Directories of this process's state, from its environment. */
  protected async home(): Promise<Home> {
    const {homeOf} = await import('../cluster/home.js')
    return homeOf()
  }

  protected async style(stream: NodeJS.WriteStream = process.stdout): Promise<Style> {
    const {styleFor} = await import('./style.js')
    return styleFor(stream)
  }

  /** The command as it was given, to be typed once more. */
  protected async typed(): Promise<string> {
    const {shellCommand} = await import('./shell-words.js')
    const words = this.argv.filter(word => word !== '--json')
    return shellCommand(['khw', ...(this.id ?? '').split(':'), ...words])
  }

  protected override async catch(error: Error): Promise<never> {
    if (error instanceof Errors.ExitError) throw error
    const {failure, exit} = await this.#failure(error)
    const {errorJson, errorReport} = await import('./error-report.js')
    if (this.jsonEnabled()) this.logJson(errorJson(failure))
    else {
      const style = await this.style(process.stderr)
      process.stderr.write(errorReport(failure, style, process.stderr.columns || 80))
      if (this.config.scopedEnvVarTrue('DEBUG')) process.stderr.write(`\n${error.stack ?? ''}\n`)
    }
    this.exit(exit)
  }

  async #failure(error: Error): Promise<{failure: Failure; exit: number}> {
    if (error instanceof Errors.CLIError) {
      const {usageFailure} = await import('./usage-failure.js')
      // Of a command without any, there is no such object.
      const {flags, baseFlags, args, enableJsonFlag, usage: line} = this.ctor
      const usage = {
        command: `khw ${(this.id ?? '').replaceAll(':', ' ')}`,
        flags: {
          ...Object.fromEntries(Object.entries({...baseFlags, ...flags}).map(([name, flag]) => [name, valueOf(flag)])),
          ...(enableJsonFlag && {json: undefined}),
          help: undefined,
        },
        args: Object.entries({...args}).map(([name, {required = false, description = name}]) => ({
          name,
          required,
          description,
        })),
        ...(typeof line === 'string' && {line: `khw ${line}`}),
        argv: this.argv,
      }
      return {failure: usageFailure(error, usage), exit: 2}
    }
    const {expectedError} = await import('./expected-error.js')
    const expected = expectedError(error)
    if (expected) return {failure: expected, exit: expected.oclif.exit}
    const {reportBug} = await import('./bug-report.js')
    const directory = (await this.home()).data
    const context = {directory, version: this.config.version, command: this.id ?? '', now: new Date()}
    return {failure: await reportBug(error, context), exit: 1}
  }

  /** Ends a command whose result is on stdout already, but is not what was asked for. */
  protected failQuietly(): void {
    process.exitCode = 1
  }
}

/** What the value of a flag is called in its help. */
function valueOf(flag: Interfaces.Flag<unknown>): string | undefined {
  if (flag.type === 'boolean') return undefined
  const {helpValue, name} = flag
  return typeof helpValue === 'string' ? helpValue : name.toUpperCase()
}
