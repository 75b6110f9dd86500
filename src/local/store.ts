import type {RegionState} from './model.js'
import {readState, writeState} from './state-file.js'

interface Pending {
  readonly apply: (state: RegionState) => RegionState
  readonly done: () => void
  readonly failed: (error: unknown) => void
}

/**
 * The state of a region, on disk as one JSON file. A change is on disk (temporary file, fsync, rename; mode 0600) before
 * anybody sees it. One process may have a file open; the daemon's own lock sees to that.
 */
export class RegionStore {
  private readonly queue: Pending[] = []
  private writing: Promise<void> | undefined

  private constructor(
    private readonly file: string,
    private current: RegionState,
  ) {}

  /**
   * Reads the file, or writes `create()` if there is none. Throws JOURNAL_TOO_NEW for a newer schema and
   * JOURNAL_UNREADABLE for anything else it cannot use: it never starts over by itself, since machines may be running.
   */
  static async open(file: string, create: () => RegionState): Promise<RegionStore> {
    const there = await readState(file)
    if (there !== undefined) return new RegionStore(file, there)
    const state = create()
    await writeState(file, state)
    return new RegionStore(file, state)
  }

  /** What is on disk: a snapshot that later changes leave alone. Not to be written to; that is what `change` is for. */
  get state(): RegionState {
    return this.current
  }

  /**
   * Runs `fn` on a copy of the state, stores the copy, and resolves with what `fn` returned. Changes run one after the
   * other; those that wait are written together. If `fn` throws, nothing of it is kept and the promise rejects with that.
   */
  change<T>(fn: (state: RegionState) => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let answer: () => void
      this.queue.push({
        apply: state => {
          const draft = structuredClone(state)
          const result = fn(draft)
          answer = () => {
            resolve(result)
          }
          return draft
        },
        done: () => {
          answer()
        },
        failed: reject,
      })
      this.writing ??= this.drain()
    })
  }

  private async drain(): Promise<void> {
    // Let changes that are asked for in the same turn join the first write.
    await Promise.resolve()
    while (this.queue.length > 0) {
      const applied: Pending[] = []
      let next = this.current
      for (const pending of this.queue.splice(0)) {
        try {
          next = pending.apply(next)
          applied.push(pending)
        } catch (error) {
          pending.failed(error)
        }
      }
      try {
        if (applied.length > 0) await writeState(this.file, next)
        this.current = next
        for (const pending of applied) pending.done()
      } catch (error) {
        for (const pending of applied) pending.failed(error)
      }
    }
    this.writing = undefined
  }
}
