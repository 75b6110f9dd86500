/** A word as POSIX sh reads it back unchanged: bare where nothing in it is special, in single quotes elsewhere. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}

export function shellCommand(words: readonly string[]): string {
  return words.map(shellWord).join(' ')
}
