import type {Failure} from './error-report.js'
import {nearest} from './nearest.js'

/** What somebody typed that the command line does not know, told as every other failure is. */
export function usageFailure(error: Error, command: string, flags: readonly string[]): Failure {
  const help = `${command} --help`
  const unknown = 'flags' in error && error.name !== '' && Array.isArray(error.flags) ? (error.flags as unknown[]) : []
  const [first] = unknown.filter(flag => typeof flag === 'string')
  if (first !== undefined && /^Nonexistent flag/.test(error.message)) {
    const meant = nearest(first.replace(/^-+/, ''), flags)
    const named = unknown.join(' and ')
    const message = `${command} has no flag${unknown.length === 1 ? '' : 's'} ${named}.`
    return {code: 'USAGE', message, suggestions: [...(meant === undefined ? [] : [`Try --${meant}`]), help]}
  }
  const told = error.message.replace(/\n?See more help with --help$/, '').trim()
  return {code: 'USAGE', message: /[.?!]$/.test(told) ? told : `${told}.`, suggestions: [help]}
}
