import type {Failure} from './error-report.js'
import {nearest} from '../nearest.js'
import {shellCommand} from './shell-words.js'
import {wordsFor, type Usage, type Words} from './usage-words.js'

/** `argv`: the words behind the command. */
export interface Typed extends Usage {
  readonly argv: readonly string[]
}

/** What somebody typed that the command line does not know, told as every other failure is. */
export function usageFailure(error: Error, usage: Typed): Failure {
  const told = error.message.replace(/\n?See more help with --help$/, '').trim()
  const {message, tries} = ofUnknownFlags(error, usage) ??
    wordsFor(told, usage) ?? {message: /[.?!]$/.test(told) ? told : `${told}.`}
  return {code: 'USAGE', message, suggestions: [...(tries === undefined ? [] : [tries]), `${usage.command} --help`]}
}

function ofUnknownFlags(error: Error, usage: Typed): Words | undefined {
  const {command, flags} = usage
  const unknown = 'flags' in error && Array.isArray(error.flags) ? (error.flags as unknown[]) : []
  const [first] = unknown.filter(flag => typeof flag === 'string')
  if (first === undefined || !/^Nonexistent flag/.test(error.message)) return undefined
  const [word = ''] = first.replace(/^-+/, '').split('=')
  const bare = unknown.length === 1 ? withoutFlag(word, usage) : undefined
  const meant = nearest(word, Object.keys(flags))
  const tries = bare === undefined ? meant && `Try --${meant}` : bare
  const message = `${command} has no flag${unknown.length === 1 ? '' : 's'} ${unknown.join(' and ')}.`
  return {message, ...(tries !== undefined && {tries})}
}

/** `khw status lab` for `khw status --name lab`: what is a flag of one command is an argument of another. */
function withoutFlag(word: string, {command, args, argv}: Typed): string | undefined {
  if (!args.some(({name}) => name === word)) return undefined
  const words = argv.flatMap(each => (each === `--${word}` ? [] : [each.replace(`--${word}=`, '')]))
  return words.length === 0 ? `${command} ${word.toUpperCase()}` : `${command} ${shellCommand(words)}`
}
