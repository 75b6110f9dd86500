import {HOSTS_FILE, writeHostNames} from '../host/hosts-file.js'
import {balancerHostNames} from './balancers.js'
import type {LoadBalancerName} from './service-tables.js'
import type {VpcFiles} from './vpc-files.js'

/** How soon this host sees that a zone of a load balancer has come to health or lost it. */
const WATCH_MS = 500
/** How long a file that cannot be written is left alone. */
const PAUSE_MS = 10_000

/**
 * Keeps the names of the region's load balancers in this host's own list. They are a courtesy to the host: where its
 * file cannot be written, `khw local status` tells, and the rest goes on.
 */
export class HostNames {
  #names: readonly LoadBalancerName[] | undefined
  #written: string | undefined
  #pausedUntil = 0
  #queue: Promise<void> = Promise.resolve()
  readonly #watch: NodeJS.Timeout

  constructor(
    private readonly files: VpcFiles,
    private readonly prefix: string,
    private readonly path = HOSTS_FILE,
  ) {
    this.#watch = setInterval(() => void this.publish(), WATCH_MS).unref()
  }

  /** What there is from now on, in all VPCs. */
  set(names: readonly LoadBalancerName[]): void {
    this.#names = names
  }

  /** Resolves when the file says what is known now, or cannot be written. */
  publish(): Promise<void> {
    this.#queue = this.#queue.then(() => this.write())
    return this.#queue
  }

  /** Takes all names of the region out, also those of a daemon before. */
  async clear(): Promise<void> {
    this.#names = []
    this.#written = undefined
    this.#pausedUntil = 0
    await this.publish()
  }

  /** Names stay. */
  async close(): Promise<void> {
    clearInterval(this.#watch)
    await this.#queue
  }

  private async write(): Promise<void> {
    if (this.#names === undefined || Date.now() < this.#pausedUntil) return
    const wanted = balancerHostNames(this.files, this.#names)
    const text = JSON.stringify(wanted)
    if (text === this.#written) return
    try {
      await writeHostNames(this.prefix, wanted, this.path)
      this.#written = text
    } catch {
      this.#pausedUntil = Date.now() + PAUSE_MS
    }
  }
}
