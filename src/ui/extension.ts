import {durationOf} from './duration-flag.js'
import {usageError} from './usage-error.js'

/** What the words of `khw extend [NAME] [TIME]` mean; a single one that is a time is no name. */
export function extension(
  first: string | undefined,
  second: string | undefined,
): {readonly name: string | undefined; readonly by: number | null | undefined} {
  const isTime = second === undefined && first !== undefined && durationOf(first) !== undefined
  const [name, time] = isTime ? [undefined, first] : [first, second]
  if (time === undefined) return {name, by: undefined}
  const by = durationOf(time)
  if (by !== undefined) return {name, by}
  throw usageError(`"${time}" is not a time: it takes a number and m, h or d, or the word never.`, [
    `khw extend ${name ?? 'NAME'} 4h`,
  ])
}
