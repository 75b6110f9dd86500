import {stripVTControlCharacters} from 'node:util'
import {nearest} from '../nearest.js'

/** What a command takes. */
export interface Usage {
  /** `khw certs renew`. */
  readonly command: string
  /** Names of its flags without dashes, and what their values are called; of those that have none, nothing. */
  readonly flags: Readonly<Record<string, string | undefined>>
  /** Its arguments, in their order. */
  readonly args: readonly {readonly name: string; readonly required: boolean; readonly description?: string}[]
  /** How it is typed, where that is more than its arguments say. */
  readonly line?: string
}

/** What is wrong with what was typed, and what to type instead. */
export interface Words {
  readonly message: string
  readonly tries?: string
}

/** oclif says it in sentences alone. */
const PATTERNS: readonly [RegExp, (found: readonly string[], usage: Usage) => Words][] = [
  [
    /^Parsing --(\S+)\s+Expected an integer but received: (.*)$/s,
    ([flag = '', value = '']) => ({message: `--${flag} takes a whole number, not "${value}".`}),
  ],
  [
    /^Expected --([^=]+)=(.*) to be one of: (.*)$/s,
    ([flag = '', value = '', options = '']) => {
      const all = options.split(', ')
      const meant = nearest(value, all)
      const message = `--${flag} takes ${all.join(' or ')}, not "${value}".`
      return {message, ...(meant !== undefined && {tries: `--${flag} ${meant}`})}
    },
  ],
  [
    /^Flag --(\S+) expects (?:a value|one of these values: (.*))$/,
    ([flag = '', options], {command, flags}) => {
      const value = options?.split(', ').join(' or ') ?? flags[flag]
      const tries = `${command} --${flag} ${flags[flag] ?? 'VALUE'}`
      return {message: `--${flag} needs a value${value === undefined ? '' : `: ${value}`}.`, tries}
    },
  ],
  [/^Flag --(\S+) can only be specified once$/, ([flag = '']) => ({message: `--${flag} can be given only once.`})],
  [
    /^Missing \d+ required args?:/,
    (_, usage) => {
      const needed = usage.args.filter(({required}) => required)
      const needs = needed.map(({name, description}) => `${name.toUpperCase()} (${description ?? name})`)
      return {message: `${usage.command} needs ${needs.join(' and ')}.`, tries: lineOf(usage)}
    },
  ],
  [
    /^Unexpected arguments?: (.*)$/s,
    ([words = ''], usage) => ({message: `${usage.command} takes no "${words}".`, tries: lineOf(usage)}),
  ],
  [
    /^The following errors? occurred:\s+(.*)$/s,
    ([reasons = '']) => {
      const told = reasons.split('\n').map(reason => reasonOf(reason.trim()))
      const tries = told.find(each => each.tries !== undefined)?.tries
      return {message: told.map(({message}) => message).join('\n'), ...(tries !== undefined && {tries})}
    },
  ],
]

/** Undefined for what is not known: then it is said as oclif says it. */
export function wordsFor(message: string, usage: Usage): Words | undefined {
  const text = stripVTControlCharacters(message)
  for (const [pattern, words] of PATTERNS) {
    const found = pattern.exec(text)
    if (found) return words(found.slice(1), usage)
  }
  return undefined
}

/** Of flags that go or do not go together. */
function reasonOf(reason: string): Words {
  const [, other, flag] = /^--([^=\s]+)\S* cannot also be provided when using --(\S+)$/.exec(reason) ?? []
  if (other !== undefined && flag !== undefined)
    return {message: `--${flag} does not go with --${other}.`, tries: 'Leave out one of them'}
  const [, missing] = /^Missing required flag (\S+)$/.exec(reason) ?? []
  if (missing !== undefined) return {message: `--${missing} is missing.`, tries: `--${missing}`}
  const [, lonely, needed] = /^All of the following must be provided when using --([^:\s]+): (.*)$/.exec(reason) ?? []
  if (lonely !== undefined && needed !== undefined)
    return {message: `--${lonely} goes only with ${needed}.`, tries: `${needed} --${lonely}`}
  return {message: `${reason}.`}
}

/** How the command is typed: `khw status [NAME]`. */
export function lineOf({command, args, line}: Usage): string {
  if (line !== undefined) return line
  return [command, ...args.map(({name, required}) => (required ? name.toUpperCase() : `[${name.toUpperCase()}]`))].join(
    ' ',
  )
}
