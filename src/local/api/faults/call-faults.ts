import {ApiError} from '../api-error.js'
import {textPattern} from '../filters.js'
import {DroppedConnection} from './dropped-connection.js'
import {Occurrences} from './occurrences.js'
import type {CallFault} from './settings.js'

/** Calls that fail, by their action and their number. */
export class CallFaults {
  readonly #occurrences: Occurrences<CallFault & {readonly pattern: RegExp}>

  constructor(faults: readonly CallFault[]) {
    this.#occurrences = new Occurrences(faults.map(fault => ({...fault, pattern: textPattern(fault.action)})))
  }

  /** Counts one call; what is to happen to it, if anything is. Of services other than EC2: `sts:GetCallerIdentity`. */
  next(action: string): CallFault | undefined {
    return this.#occurrences.next(
      ({action: wanted, pattern}) => wanted.includes(':') === action.includes(':') && pattern.test(action),
    )
  }
}

/** What the caller gets instead of an answer. */
export function errorOf({how}: CallFault): Error {
  if (how === 'drop') return new DroppedConnection()
  return new ApiError(how.code, how.message ?? 'The region was told to answer so.', how.status)
}
