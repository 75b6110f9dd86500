import type {Failure} from './error-report.js'
import {nearest} from '../nearest.js'
import {shellCommand} from './shell-words.js'

/** What a command knows, and how it was typed. */
export interface Usage {
  /** `khw certs renew`. */
  readonly command: string
  /** Names of its flags, without dashes, and of its arguments. */
  readonly flags: readonly string[]
  readonly args: readonly string[]
  /** The words behind the command. */
  readonly argv: readonly string[]
}

/** What somebody typed that the command line does not know, told as every other failure is. */
export function usageFailure(error: Error, usage: Usage): Failure {
  const {command, flags} = usage
  const help = `${command} --help`
  const unknown = 'flags' in error && error.name !== '' && Array.isArray(error.flags) ? (error.flags as unknown[]) : []
  const [first] = unknown.filter(flag => typeof flag === 'string')
  if (first !== undefined && /^Nonexistent flag/.test(error.message)) {
    const [word = ''] = first.replace(/^-+/, '').split('=')
    const bare = unknown.length === 1 ? withoutFlag(word, usage) : undefined
    const meant = nearest(word, flags)
    const named = unknown.join(' and ')
    const message = `${command} has no flag${unknown.length === 1 ? '' : 's'} ${named}.`
    const tries = bare === undefined ? meant && `Try --${meant}` : bare
    return {code: 'USAGE', message, suggestions: [...(tries === undefined ? [] : [tries]), help]}
  }
  const told = error.message.replace(/\n?See more help with --help$/, '').trim()
  return {code: 'USAGE', message: /[.?!]$/.test(told) ? told : `${told}.`, suggestions: [help]}
}

/** `khw status lab` for `khw status --name lab`: what is a flag of one command is an argument of another. */
function withoutFlag(word: string, {command, args, argv}: Usage): string | undefined {
  if (!args.includes(word)) return undefined
  const words = argv.flatMap(each => (each === `--${word}` ? [] : [each.replace(`--${word}=`, '')]))
  return words.length === 0 ? `${command} ${word.toUpperCase()}` : `${command} ${shellCommand(words)}`
}
