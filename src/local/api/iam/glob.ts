/** `${*}`, `${?}` and `${$}` are the characters themselves (IAM User Guide, "IAM policy elements: variables"). */
const CHARACTER = /\$\{([*?$])\}/g

export type Glob = Pick<RegExp, 'test'>

/** A pattern of IAM's: `*` stands for any text, colons and slashes included, `?` for one character. */
export function glob(pattern: string, {ignoreCase = false} = {}): Glob {
  // Most are names of actions, and a policy is read for each call.
  if (!/[*?$]/.test(pattern)) {
    const wanted = ignoreCase ? pattern.toLowerCase() : pattern
    return {test: text => (ignoreCase ? text.toLowerCase() : text) === wanted}
  }
  const source = pattern.replace(/\$\{[*?$]\}|[\\^$*+?.()[\]{}|/-]/g, part => {
    if (part === '*') return '.*'
    return part === '?' ? '.' : `\\${part.length === 1 ? part : plain(part)}`
  })
  return new RegExp(`^${source}$`, ignoreCase ? 'is' : 's')
}

/** A text in which no character stands for another. */
export function plain(text: string): string {
  return text.replace(CHARACTER, '$1')
}
