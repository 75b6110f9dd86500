import {isRunning, type ProcessIdentity} from '../../process-identity.js'
import {capConsole} from './console.js'

export interface WatchedMachine {
  readonly instanceId: string
  readonly supervisor: ProcessIdentity
  readonly console: string
}

/** Often enough that a cluster notices a lost machine by itself first. */
const INTERVAL = 250
/** Consoles are looked at once in so many rounds. */
const CONSOLE_ROUNDS = 40

/**
 * Tells when machines end. It asks /proc rather than the operating system's own notice to a parent, because machines
 * outlive the daemon that started them.
 */
export class ExitWatch {
  readonly #machines = new Map<string, WatchedMachine>()
  readonly #listeners: ((instanceId: string) => void)[] = []
  readonly #timer: NodeJS.Timeout
  #round = 0

  constructor() {
    this.#timer = setInterval(() => {
      this.#look()
    }, INTERVAL).unref()
  }

  add(machine: WatchedMachine): void {
    this.#machines.set(machine.instanceId, machine)
  }

  /** Its end is expected now and is nobody's news. */
  forget(instanceId: string): void {
    this.#machines.delete(instanceId)
  }

  onExit(listener: (instanceId: string) => void): void {
    this.#listeners.push(listener)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    this.#round += 1
    for (const machine of this.#machines.values()) {
      if (this.#round % CONSOLE_ROUNDS === 0) void capConsole(machine.console)
      if (isRunning(machine.supervisor)) continue
      this.#machines.delete(machine.instanceId)
      for (const listener of this.#listeners) listener(machine.instanceId)
    }
  }
}
