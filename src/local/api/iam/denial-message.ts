import {ApiError} from '../api-error.js'

/** Why a call was refused, for DecodeAuthorizationMessage. */
export interface Denial {
  readonly action: string
  readonly resource: string
  readonly decision: string
  readonly principal: string
}

/** What EC2 puts into UnauthorizedOperation: opaque to the caller. */
export function sealDenial({action, resource, decision, principal}: Denial): string {
  const message = {
    allowed: false,
    explicitDeny: decision === 'explicitDeny',
    matchedStatements: {items: []},
    failures: {items: []},
    context: {principal: {arn: principal}, action, resource, conditions: {items: []}},
  }
  return Buffer.from(JSON.stringify(message)).toString('base64url')
}

/** JSON. Throws InvalidAuthorizationMessageException. */
export function openDenial(encoded: string): string {
  const text = Buffer.from(encoded, 'base64url').toString('utf8')
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && 'explicitDeny' in value) return text
  } catch {
    // Not one of ours: answered below.
  }
  throw new ApiError('InvalidAuthorizationMessageException', 'Message is not valid')
}
