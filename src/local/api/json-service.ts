import {ApiError} from './api-error.js'
import type {Region} from './region.js'
import type {Answer, Service, ServiceRequest} from './service.js'
import type {Refusal} from './signature.js'

const CONTENT_TYPE = 'application/x-amz-json-1.1'

export type Json = Readonly<Record<string, unknown>>

/** One operation, by the input that was sent. Throws ApiError. */
export type JsonOperation = (input: Json, region: Region) => Json

/** A service that speaks AWS JSON 1.1 (Smithy, "AWS JSON 1.1 protocol"): `X-Amz-Target: AmazonSSM.GetParameter`. */
export function jsonService(operations: Readonly<Record<string, JsonOperation>>): Service {
  return {
    operationOf,
    answer(request, region) {
      const name = operationOf(request)
      const operation = Object.hasOwn(operations, name) ? operations[name] : undefined
      if (operation === undefined)
        throw new ApiError('UnknownOperationException', `The operation ${name} is not known in this region.`)
      const output = operation(parseBody(request.body), region)
      return Promise.resolve({status: 200, contentType: CONTENT_TYPE, body: JSON.stringify(output)})
    },
    failure,
    denial,
  }
}

/** What is asked for is in a header; the body is nothing but its input. */
function operationOf({headers}: ServiceRequest): string {
  return String(headers['x-amz-target'] ?? '').split('.')[1] ?? ''
}

/** A member that has to be there. Throws ValidationException. */
export function requiredText(input: Json, name: string): string {
  const value = input[name]
  if (typeof value !== 'string') throw new ApiError('ValidationException', `${name} is required.`)
  return value
}

function parseBody(body: string): Json {
  try {
    const value: unknown = JSON.parse(body === '' ? '{}' : body)
    if (typeof value === 'object' && value !== null) return {...value}
  } catch {
    // Answered below.
  }
  throw new ApiError('SerializationException', 'The request is not a JSON object.')
}

function failure(error: ApiError): Answer {
  const body = JSON.stringify({__type: error.code, message: error.message})
  return {status: error.status, contentType: CONTENT_TYPE, body}
}

function denial(refusal: Refusal | undefined): ApiError {
  switch (refusal) {
    case undefined:
      return new ApiError('MissingAuthenticationTokenException', 'Missing Authentication Token')
    case 'unknown-key':
      return new ApiError('UnrecognizedClientException', 'The security token included in the request is invalid.')
    case 'bad-signature':
      return new ApiError(
        'InvalidSignatureException',
        'The request signature we calculated does not match the signature you provided.',
      )
    case 'expired':
      return new ApiError(
        'InvalidSignatureException',
        'Signature expired: the clock of the request is more than 5 min off.',
      )
    case 'expired-token':
      return new ApiError('ExpiredTokenException', 'The security token included in the request is expired')
    case 'other-region':
      return new ApiError('InvalidSignatureException', 'Credential should be scoped to a valid region.')
  }
}
