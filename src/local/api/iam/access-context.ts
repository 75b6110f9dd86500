const VARIABLE = /\$\{([^}]*)\}/g

/** What a request says about itself: values by condition key. The names of keys are the same in any case. */
export class AccessContext {
  readonly #values: ReadonlyMap<string, readonly string[]>

  /**
   * `known`: keys that have no value because there is none, `aws:RequestTag/` standing for all keys that start so. Of
   * other keys without a value it is not known whether they would have one. Without it, all are known.
   */
  constructor(
    values: Readonly<Record<string, string | readonly string[] | undefined>>,
    private readonly known?: readonly string[],
  ) {
    this.#values = new Map(
      Object.entries(values).flatMap(([key, value]) =>
        value === undefined ? [] : [[key.toLowerCase(), typeof value === 'string' ? [value] : value]],
      ),
    )
  }

  get(key: string): readonly string[] | undefined {
    return this.#values.get(key.toLowerCase())
  }

  isKnown(key: string): boolean {
    if (this.known === undefined || this.get(key) !== undefined) return true
    const name = key.toLowerCase()
    return this.known.some(known =>
      known.endsWith('/') ? name.startsWith(known.toLowerCase()) : name === known.toLowerCase(),
    )
  }

  /** A text of a policy with the values of its variables, as in `user/${aws:username}`; undefined if one has no value. */
  fillIn(text: string): string | undefined {
    return this.hasGap(text) ? undefined : this.replaced(text)
  }

  /** Whether a text of a policy has a variable without a value. */
  hasGap(text: string): boolean {
    return variablesOf(text).some(name => this.get(name) === undefined)
  }

  /** Whether a text of a policy has a variable of which it is not known whether it would have a value. */
  hasUnknown(text: string): boolean {
    return variablesOf(text).some(name => !this.isKnown(name))
  }

  private replaced(text: string): string {
    return text.replace(VARIABLE, (variable, name: string) => this.get(name)?.[0] ?? variable)
  }
}

/** Names of the keys that a text has variables of; `${*}` and its like are no variables, but stand for that character. */
function variablesOf(text: string): string[] {
  return [...text.matchAll(VARIABLE)].map(([, name = '']) => name).filter(name => !/^[*?$]$/.test(name))
}
