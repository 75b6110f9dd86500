import {messageOf} from '../errors.js'
import type {Style} from './style.js'
import {wrap} from './text.js'

/** What `--json` prints when a command fails. */
export interface ErrorJson {
  readonly error: {readonly code: string; readonly message: string; readonly suggestions: readonly string[]}
}

/** What a reader is shown of a failure; a KhwError is one. */
export interface Failure {
  readonly code: string
  readonly message: string
  readonly suggestions: readonly string[]
  readonly cause?: unknown
}

export function errorJson({code, message, suggestions}: Failure): ErrorJson {
  return {error: {code, message, suggestions}}
}

/**
 * A failure for people: what could not be done and why, what caused it, its code, and what to type next. Sentences are
 * broken between words; commands are not, so that they can be copied.
 */
export function errorReport(failure: Failure, style: Style, columns: number): string {
  const width = Math.max(40, Math.min(columns, 100)) - 2
  const [head = '', ...more] = wrap(failure.message, width)
  const causes = causesOf(failure).flatMap(cause => indented(`Caused by: ${cause}`, width))
  return [
    `${style.red('✖')} ${style.bold(head)}`,
    ...more.map(line => (line === '' ? '' : `  ${line}`)),
    ...causes,
    `  ${style.dim(`Code: ${failure.code}`)}`,
    '',
    'Try this:',
    ...failure.suggestions.flatMap(text => suggestionLines(text, width).map(line => `  ${line}`)),
    '',
  ].join('\n')
}

/** The messages of the causes that say something new, outermost first; of several errors at once, each. */
function causesOf(failure: Failure): string[] {
  const said = [failure.message]
  const causes: string[] = []
  const visit = (error: unknown, depth: number): void => {
    if (error === undefined || error === null || depth > 8) return
    const message = messageOf(error).trim()
    if (message !== '' && !said.some(text => text.includes(message))) {
      said.push(message)
      causes.push(message)
    }
    if (error instanceof AggregateError) for (const each of error.errors) visit(each, depth + 1)
    if (error instanceof Error) visit(error.cause, depth + 1)
  }
  visit(failure.cause, 0)
  return causes
}

function indented(text: string, width: number): string[] {
  return wrap(text, width).map(line => `  ${line}`)
}

const COMMAND = /^(--|khw |sudo |export |kubectl |aws |apt)/

/** What to type, in one line so that it can be copied, or what to do, broken between words but for a command at its end. */
export function suggestionLines(text: string, width: number): string[] {
  // Under "Try this:", "Try --workers 3" would say it twice.
  const bare = text.replace(/^Try (?=--|khw )/, '')
  if (COMMAND.test(bare) || bare.length <= width) return [bare]
  const [, what = bare, command] = /^(.+?:) (.+)$/.exec(bare) ?? []
  if (command === undefined || !COMMAND.test(command)) return broken(bare, width)
  return [...broken(what, width), `  ${command}`]
}

function broken(text: string, width: number): string[] {
  return wrap(text, width).map((line, i) => `${i === 0 ? '' : '  '}${line}`)
}
