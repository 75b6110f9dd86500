import type {Clock} from '../../clock.js'
import type {PodTrouble} from '../../kubernetes/pod-trouble.js'

/** Milliseconds. A kubelet that cannot pull an image tries again after 10, 20 and 40 s: what three tries were refused is told. */
const PATIENCE = 60_000

/** Keeps what a kubelet said when it tried: while it waits for the next try, it says no more than that. */
export class FailedPulls {
  readonly #clock: Clock
  #since: number | undefined
  #said: PodTrouble | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Returns what was said once pulling has failed for so long that more waiting is of no use. */
  note(trouble: PodTrouble | undefined): PodTrouble | undefined {
    if (trouble?.image === undefined) {
      this.#since = this.#said = undefined
      return undefined
    }
    this.#since ??= this.#clock.now()
    if (this.#said === undefined || !trouble.why.startsWith('ImagePullBackOff')) this.#said = trouble
    return this.#clock.now() - this.#since >= PATIENCE ? this.#said : undefined
  }
}
