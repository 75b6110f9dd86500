import {durationOf} from './duration-flag.js'
import {usageError} from './usage-error.js'

/** `4`, `4hours`, `2w`: meant as a time, and none. */
const ALMOST = /^-?(\d+)(m|min|mins|minutes?|h|hrs?|hours?|d|days?|w|weeks?)?$/i

/** What the words of `khw extend [NAME] [TIME]` mean; a single one that is a time, or nearly, is no name. */
export function extension(
  first: string | undefined,
  second: string | undefined,
): {readonly name: string | undefined; readonly by: number | null | undefined} {
  const isTime = second === undefined && first !== undefined && (durationOf(first) !== undefined || ALMOST.test(first))
  const [name, time] = isTime ? [undefined, first] : [first, second]
  if (time === undefined) return {name, by: undefined}
  const by = durationOf(time)
  if (by !== undefined) return {name, by}
  throw usageError(`"${time}" is not a time: it takes a number and m, h or d, or the word never.`, [
    ['khw', 'extend', ...meant(name, time)].join(' '),
  ])
}

/** The words as they were probably meant: `lab 4h` for `4h lab`, `4h` for `4 hours`. */
function meant(name: string | undefined, time: string): readonly string[] {
  if (name === undefined) return [timeLike(time)]
  if (durationOf(name) !== undefined) return [time, name]
  if (/^\d+$/.test(name) && ALMOST.test(`${name}${time}`)) return [timeLike(`${name}${time}`)]
  return [name, timeLike(time)]
}

function timeLike(word: string): string {
  const [, count = '', said = 'h'] = ALMOST.exec(word) ?? []
  const [letter = 'h'] = said.toLowerCase()
  const time = letter === 'w' ? `${Number(count) * 7}d` : `${Number(count)}${letter}`
  return durationOf(time) === undefined ? '4h' : time
}
