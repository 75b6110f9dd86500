import {nearest} from '../nearest.js'
import type {Failure} from './error-report.js'

/** `khw crate`, with what was probably meant, or what there is in a topic that there is. */
export function unknownCommand(
  typed: string,
  commandIds: readonly string[],
): Failure & {suggestions: [string, ...string[]]} {
  const known = commandIds.map(each => each.replaceAll(':', ' '))
  const meant = nearest(typed, known)
  const [topic = ''] = typed.split(' ')
  const isTopic = known.some(each => each.startsWith(`${topic} `))
  const help = isTopic ? `khw ${topic} --help` : 'khw --help'
  return {
    code: 'USAGE',
    message: `There is no command "${typed}".`,
    suggestions: meant === undefined ? [help] : [`khw ${meant}`, help],
  }
}
