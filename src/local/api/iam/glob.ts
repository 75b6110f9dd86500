/** `${*}`, `${?}` and `${$}` are the characters themselves (IAM User Guide, "IAM policy elements: variables"). */
const CHARACTER = /\$\{([*?$])\}/g

/** A pattern of IAM's: `*` stands for any text, colons and slashes included, `?` for one character. */
export function glob(pattern: string, options: {ignoreCase?: boolean} = {}): RegExp {
  const source = pattern.replace(/\$\{[*?$]\}|[\s\S]/g, part => {
    if (part === '*') return '.*'
    if (part === '?') return '.'
    return plain(part).replace(/[\\^$*+?.()[\]{}|/-]/, String.raw`\$&`)
  })
  return new RegExp(`^${source}$`, options.ignoreCase === true ? 'is' : 's')
}

/** A text in which no character stands for another. */
export function plain(text: string): string {
  return text.replace(CHARACTER, '$1')
}
