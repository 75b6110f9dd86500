import {randomInt} from 'node:crypto'
import {ApiError} from '../api-error.js'
import type {Parameters} from '../parameters.js'

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** A unique id as IAM makes them (IAM User Guide, "Unique identifiers"): the kind's four letters and 17 more characters. */
export function iamId(prefix: 'AIDA' | 'AROA' | 'ANPA' | 'AIPA'): string {
  return prefix + drawBase32(17)
}

/** `AKIA`: of a user; `ASIA`: temporary. */
export function drawKeyId(prefix: 'AKIA' | 'ASIA'): string {
  return prefix + drawBase32(16)
}

/** Reads a name; IAM's are letters, digits and `_+=,.@-`. Throws ValidationError. */
export function nameOf(parameters: Parameters, parameter: string, most: 64 | 128 = 64): string {
  return checkedName(parameters.required(parameter), parameter, most)
}

export function checkedName(name: string, parameter: string, most: 64 | 128 = 64): string {
  if (name.length <= most && /^[\w+=,.@-]+$/.test(name)) return name
  throw new ApiError('ValidationError', `The specified value for ${parameter} is invalid: ${name}`)
}

/** Of an entity that is to be made: `/` unless said. Throws ValidationError. */
export function pathOf(parameters: Parameters): string {
  const path = parameters.optional('Path') ?? '/'
  if (path.length <= 512 && /^\/([\x21-\x7e]+\/)?$/.test(path)) return path
  throw new ApiError('ValidationError', `The specified value for path is invalid: ${path}`)
}

export function noSuchEntity(what: string): ApiError {
  return new ApiError('NoSuchEntity', what, 404)
}

export function alreadyExists(what: string): ApiError {
  return new ApiError('EntityAlreadyExists', what, 409)
}

export function deleteConflict(what: string): ApiError {
  return new ApiError('DeleteConflict', what, 409)
}

export function limitExceeded(what: string): ApiError {
  return new ApiError('LimitExceeded', what, 409)
}

function drawBase32(length: number): string {
  return Array.from({length}, () => BASE32[randomInt(BASE32.length)]).join('')
}
