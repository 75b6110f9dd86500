import {parseFaultSettings} from './parse-settings.js'
import type {FaultSettings} from './settings.js'

/** Where a region looks up its faults. */
export interface FaultSource {
  /** Asked at each request, so it has to be quick. The same object as long as nothing was set. */
  current(): FaultSettings
  /** Called after something was set. */
  onChange(listener: () => void): void
  /** Told of each call that is made to fail, by what it is called in the settings. */
  onHit?(action: string): void
}

/** Faults that are set by the process the region runs in. */
export class SettableFaults implements FaultSource {
  #settings: FaultSettings
  readonly #listeners: (() => void)[] = []
  #hits: string[] = []

  /** Throws USAGE. */
  constructor(settings: FaultSettings = {}) {
    this.#settings = parseFaultSettings(settings)
  }

  current(): FaultSettings {
    return this.#settings
  }

  /** The calls that were made to fail since the settings were set, in order. */
  get hits(): readonly string[] {
    return this.#hits
  }

  /** Replaces all settings: what is not among the new ones ends. Throws USAGE and leaves them as they are. */
  set(settings: FaultSettings): void {
    this.#settings = parseFaultSettings(settings)
    this.#hits = []
    for (const listener of this.#listeners) listener()
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }
  onHit(action: string): void {
    this.#hits.push(action)
  }
}
