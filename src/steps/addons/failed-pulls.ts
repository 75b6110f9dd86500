import type {Clock} from '../../clock.js'
import type {PodTrouble} from '../../kubernetes/pod-trouble.js'

/**
 * Milliseconds. A kubelet that cannot pull an image tries again after 10, 20 and 40 s, and so on: what a registry has refused
 * three times is told; a registry that has too much to do, or a name that cannot be looked up yet, may pass.
 */
const PATIENCE = {refused: 60_000, other: 180_000}

/** As containerd passes on what a registry says, and the kubelet what it finds wrong itself. */
const REFUSED =
  /not found|denied|unauthorized|authorization failed|manifest unknown|invalid reference|InvalidImageName|ErrImageNeverPull/i

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
    const patience = REFUSED.test(this.#said.why) ? PATIENCE.refused : PATIENCE.other
    return this.#clock.now() - this.#since >= patience ? this.#said : undefined
  }
}
