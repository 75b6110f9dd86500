import type {Instance} from '../../model.js'
import {ApiError} from '../api-error.js'

/** Throws OperationNotPermitted for an instance that is protected from being terminated. */
export function checkTermination({instanceId, disableApiTermination}: Instance): void {
  if (disableApiTermination === true) throw notPermitted(instanceId, 'terminated', 'disableApiTermination')
}

/** Throws OperationNotPermitted for an instance that is protected from being stopped. */
export function checkStop({instanceId, disableApiStop}: Instance): void {
  if (disableApiStop === true) throw notPermitted(instanceId, 'stopped', 'disableApiStop')
}

function notPermitted(instanceId: string, what: string, attribute: string): ApiError {
  return new ApiError(
    'OperationNotPermitted',
    `The instance '${instanceId}' may not be ${what}. Modify its '${attribute}' instance attribute and try again.`,
  )
}
