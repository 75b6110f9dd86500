import {readFileSync, statSync} from 'node:fs'
import type {FaultSource} from '../api/faults/fault-source.js'
import {parseFaultSettingsText} from '../api/faults/parse-settings.js'
import type {FaultSettings} from '../api/faults/settings.js'

const NONE: FaultSettings = {}

/**
 * Faults out of a file, which is looked at each time somebody asks and read only when it was replaced. Without a file
 * there are none. One that cannot be used is told once, and what held before goes on to hold.
 */
export class WatchedFaults implements FaultSource {
  #settings = NONE
  /** Which version of the file was read last; undefined: there was none. */
  #version: string | undefined
  readonly #listeners: (() => void)[] = []

  constructor(
    private readonly path: string,
    private readonly onError: (error: unknown) => void,
  ) {}

  current(): FaultSettings {
    try {
      const version = this.version()
      if (version === this.#version) return this.#settings
      this.#version = version
      this.#settings = version === undefined ? NONE : parseFaultSettingsText(readFileSync(this.path, 'utf8'))
    } catch (error) {
      this.onError(error)
      return this.#settings
    }
    for (const listener of this.#listeners) listener()
    return this.#settings
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  private version(): string | undefined {
    const stat = statSync(this.path, {throwIfNoEntry: false, bigint: true})
    return stat && `${stat.ino} ${stat.size} ${stat.mtimeNs}`
  }
}
