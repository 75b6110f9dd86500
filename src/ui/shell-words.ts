import {widthOf} from './text.js'

/** A word as POSIX sh reads it back unchanged: bare where nothing in it is special, in single quotes elsewhere. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}

export function shellCommand(words: readonly string[]): string {
  return words.map(shellWord).join(' ')
}

/** A command over several lines, as a shell takes it: a flag stays with its value, however long the two are. */
export function commandLines(words: readonly string[], columns: number): readonly string[] {
  const parts: string[] = []
  for (const word of words) {
    const last = parts.at(-1)
    if (last === undefined || word.startsWith('--')) parts.push(shellWord(word))
    else parts[parts.length - 1] = `${last} ${shellWord(word)}`
  }
  const lines: string[] = []
  let line = ''
  for (const part of parts) {
    // Room for the backslash.
    if (line !== '' && widthOf(line) + 1 + widthOf(part) > columns - 2) {
      lines.push(`${line} \\`)
      line = `  ${part}`
    } else line = line === '' ? part : `${line} ${part}`
  }
  return [...lines, line]
}
