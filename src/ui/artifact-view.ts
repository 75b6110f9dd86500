import type {ArtifactProgress} from '../artifacts/artifact.js'
import {bar, count, megabytes} from './quantities.js'
import {clip} from './text.js'

/** Speed is averaged over this long, so that it can be read. */
const WINDOW_MS = 3000
/** An item of unknown size that says nothing for this long is taken for finished. */
const SILENT_MS = 5000
const BAR = 10
/** What stands right of a name at most: bar, share, amount and speed. */
const FIGURES = 42

interface Item {
  readonly progress: ArtifactProgress
  readonly seenAt: number
  readonly samples: readonly (readonly [at: number, done: number])[]
}

/** Follows downloads and builds, and writes one line for each that is under way. Times are milliseconds. */
export class ArtifactView {
  readonly #items = new Map<string, Item>()
  readonly #finished = new Set<string>()
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** How many items are complete. */
  get finished(): number {
    return this.#finished.size
  }

  apply(progress: ArtifactProgress): void {
    const {item, activity, done, total} = progress
    if (total !== undefined && done >= total) {
      this.#finish(item)
      return
    }
    const now = this.#now()
    const earlier = this.#items.get(item)
    const recent = earlier?.progress.activity === activity ? earlier.samples.filter(([at]) => now - at < WINDOW_MS) : []
    this.#finished.delete(item)
    this.#items.set(item, {progress, seenAt: now, samples: [...recent, [now, done]]})
  }

  /** What is under way, in the order in which it began: at most `most` lines of plain text, at most `columns` wide. */
  lines(most: number, columns: number): string[] {
    const now = this.#now()
    for (const [item, {progress, seenAt}] of this.#items)
      if (progress.total === undefined && now - seenAt > SILENT_MS) this.#finish(item)
    const under = [...this.#items.values()]
    const shown = under.slice(0, under.length > most ? Math.max(0, most - 1) : most)
    const width = Math.min(columns - FIGURES, Math.max(0, ...shown.map(({progress}) => progress.item.length)))
    const lines = shown.map(item => clip(this.#line(item, width), columns))
    return under.length > shown.length && most > 0 ? [...lines, `and ${under.length - shown.length} more`] : lines
  }

  #finish(item: string): void {
    this.#items.delete(item)
    this.#finished.add(item)
  }

  #line({progress, samples}: Item, width: number): string {
    const {item, activity, done, total} = progress
    const name = clip(item, width).padEnd(width)
    if (activity === 'verifying') return `${name}  verifying`
    if (total === undefined || total <= 0) return `${name}  ${amount(progress)}`
    const share = `${bar(done / total, BAR)} ${String(Math.floor((done / total) * 100)).padStart(3)}%`
    const speed = speedOf(samples)
    const rate = progress.unit === 'bytes' && speed > 0 ? `  ${megabytes(speed)} MB/s` : ''
    return `${name}  ${share}  ${amount(progress)}${rate}`
  }
}

/** `61.2 of 118 MB`, `12 of 41 packages`. */
export function amount({done, total, unit}: ArtifactProgress): string {
  if (unit === 'bytes')
    return total === undefined ? `${megabytes(done)} MB` : `${megabytes(done)} of ${megabytes(total)} MB`
  const singular = unit === 'packages' ? 'package' : 'file'
  return total === undefined ? count(done, singular) : `${done} of ${count(total, singular)}`
}

/** Bytes a second over the window. */
function speedOf(samples: Item['samples']): number {
  const first = samples[0]
  const last = samples.at(-1)
  if (!first || !last || last[0] - first[0] < 500) return 0
  return ((last[1] - first[1]) / (last[0] - first[0])) * 1000
}
