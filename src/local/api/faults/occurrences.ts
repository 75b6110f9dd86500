import type {Occurrence} from './settings.js'

/** Counts, for each rule of a list, how often it matched and how often it hit. */
export class Occurrences<R extends Occurrence> {
  readonly #rules: readonly {readonly rule: R; matches: number; hits: number}[]

  constructor(rules: readonly R[]) {
    this.#rules = rules.map(rule => ({rule, matches: 0, hits: 0}))
  }

  /** Counts one thing that happens, at every rule that matches it; the first of them whose turn it is. */
  next(isMatch: (rule: R) => boolean): R | undefined {
    let hit: R | undefined
    for (const entry of this.#rules) {
      if (!isMatch(entry.rule)) continue
      entry.matches += 1
      if (hit !== undefined || !isDue(entry.rule, entry.matches, entry.hits)) continue
      entry.hits += 1
      hit = entry.rule
    }
    return hit
  }
}

function isDue({nth, every = 1, times}: Occurrence, match: number, hits: number): boolean {
  if (nth !== undefined) return match >= nth && hits < (times ?? 1)
  return match % every === 0 && hits < (times ?? Infinity)
}
