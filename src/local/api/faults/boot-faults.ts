import type {Clock} from '../../../clock.js'
import type {Instance} from '../../model.js'
import {textPattern} from '../filters.js'
import {LaunchFailure} from '../launch-failure.js'
import {nameOf} from './name-of.js'
import {Occurrences} from './occurrences.js'
import type {BootFault} from './settings.js'

/** State reasons as EC2 words them. */
const MESSAGES: Readonly<Record<string, string>> = {
  'Server.InternalError': 'Internal error on launch',
  'Server.InsufficientInstanceCapacity': 'There was insufficient capacity available to satisfy the launch request',
  'Client.VolumeLimitExceeded': 'Volume limit exceeded',
  'Client.InvalidSnapshot.NotFound': 'The specified snapshot was not found',
}

/** Boots that are slow or fail. */
export class BootFaults {
  readonly #occurrences: Occurrences<BootFault & {readonly pattern: RegExp}>

  constructor(
    faults: readonly BootFault[],
    private readonly clock: Clock,
  ) {
    this.#occurrences = new Occurrences(faults.map(fault => ({...fault, pattern: textPattern(fault.name ?? '*')})))
  }

  /** Takes as long as the boot is to be delayed. Throws LaunchFailure; rejects with the signal's AbortError. */
  async before(instance: Instance, signal: AbortSignal): Promise<void> {
    const fault = this.#occurrences.next(({pattern}) => pattern.test(nameOf(instance)))
    if (fault?.delay !== undefined) await this.clock.sleep(fault.delay, signal)
    if (fault?.fail === undefined) return
    const {code = 'Server.InternalError', message = MESSAGES[code] ?? 'The launch failed'} = fault.fail
    throw new LaunchFailure(code, message)
  }
}
