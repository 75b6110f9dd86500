import {messageOf, type Trouble} from '../errors.js'
import type {Style} from './style.js'
import {wrap} from './text.js'

/** What `--json` prints when a command fails. */
export interface ErrorJson {
  readonly error: {
    readonly code: string
    readonly message: string
    readonly suggestions: readonly string[]
    /** Where several things are wrong at once: each of them, which message and suggestions have together. */
    readonly troubles?: readonly {readonly message: string; readonly suggestions: readonly string[]}[]
  }
}

/** What a reader is shown of a failure; a KhwError is one. */
export interface Failure extends Trouble {
  readonly code: string
  /** Of several things that are wrong at once: each. */
  readonly troubles?: readonly Trouble[]
}

export function errorJson({code, message, suggestions, troubles = []}: Failure): ErrorJson {
  const each = troubles.map(trouble => ({message: trouble.message, suggestions: trouble.suggestions}))
  return {error: {code, message, suggestions, ...(each.length > 0 && {troubles: each})}}
}

/**
 * A failure for people: what could not be done and why, what caused it, its code, and what to type next; of several things,
 * below each what to do about it. Sentences are broken between words; commands are not, so that they can be copied.
 */
export function errorReport(failure: Failure, style: Style, columns: number): string {
  const width = Math.max(40, Math.min(columns, 100)) - 2
  const code = `  ${style.dim(`Code: ${failure.code}`)}`
  const {troubles = []} = failure
  if (troubles.length > 0) return [...troublesLines(troubles, style, width), code, ''].join('\n')
  return [
    ...toldLines(failure, style, width),
    code,
    '',
    'Try this:',
    ...failure.suggestions.flatMap(text => suggestionLines(text, width).map(line => `  ${line}`)),
    '',
  ].join('\n')
}

/** What helps against several of them stands below the last. */
function troublesLines(troubles: readonly Trouble[], style: Style, width: number): readonly string[] {
  const cures = troubles.map(({suggestions}) => suggestions.join('\n'))
  return troubles.flatMap((trouble, i) => {
    const told = toldLines(trouble, style, width)
    if (cures[i] === cures[i + 1]) return told
    const cure = trouble.suggestions.flatMap(text => suggestionLines(text, width - 2))
    return [...told, ...cure.map(line => `    ${style.cyan(line)}`), '']
  })
}

/** What could not be done and why, and what caused it. */
function toldLines(trouble: Trouble, style: Style, width: number): readonly string[] {
  const [head = '', ...more] = wrap(trouble.message, width)
  return [
    `${style.red('✖')} ${style.bold(head)}`,
    ...more.map(line => (line === '' ? '' : `  ${line}`)),
    ...causesOf(trouble).flatMap(cause => indented(`Caused by: ${cause}`, width)),
  ]
}

/** The messages of the causes that say something new, outermost first; of several errors at once, each. */
function causesOf(trouble: Trouble): string[] {
  const said = [trouble.message]
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
  visit(trouble.cause, 0)
  return causes
}

function indented(text: string, width: number): string[] {
  return wrap(text, width).map(line => `  ${line}`)
}

const COMMAND = /^(--|khw |sudo |export |kubectl |aws |\(eval |apt)/

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
