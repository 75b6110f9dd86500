import type {ClientToken, RegionState} from '../model.js'
import {ApiError} from './api-error.js'
import type {Parameters} from './parameters.js'

/** The client token of a request and what it was sent with. */
export interface TokenRequest {
  /** Key of RegionState.clientTokens. */
  readonly key: string
  readonly token: string
  readonly inputHash: string
}

/** Reads ClientToken: at most 64 ASCII characters, and case counts. */
export function tokenRequest(parameters: Parameters, actionName: string): TokenRequest | undefined {
  const token = parameters.optional('ClientToken')
  if (token === undefined || token === '') return undefined
  if (token.length > 64 || !/^[\x21-\x7e]+$/.test(token))
    throw new ApiError(
      'InvalidParameterValue',
      `Invalid value '${token}' for ClientToken. It must have at most 64 ASCII characters.`,
    )
  return {key: `${actionName}/${token}`, token, inputHash: parameters.fingerprint(['ClientToken', 'DryRun'])}
}

/** The ids an earlier request with this token made, if there was one. Throws IdempotentParameterMismatch. */
export function idsOfToken(state: RegionState, request: TokenRequest | undefined): readonly string[] | undefined {
  if (request === undefined) return undefined
  const earlier: ClientToken | undefined = Object.hasOwn(state.clientTokens, request.key)
    ? state.clientTokens[request.key]
    : undefined
  if (earlier === undefined) return undefined
  if (earlier.inputHash !== request.inputHash)
    throw new ApiError(
      'IdempotentParameterMismatch',
      'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
    )
  return earlier.instanceIds
}

export function rememberToken(state: RegionState, request: TokenRequest | undefined, ids: readonly string[]): void {
  if (request !== undefined) state.clientTokens[request.key] = {inputHash: request.inputHash, instanceIds: ids}
}
