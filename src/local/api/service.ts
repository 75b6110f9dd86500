import type {IncomingHttpHeaders} from 'node:http'
import type {ApiError} from './api-error.js'
import type {Region} from './region.js'
import type {Refusal} from './signature.js'

/** A request whose signature was found good. */
export interface ServiceRequest {
  readonly requestId: string
  readonly headers: IncomingHttpHeaders
  /** Query of the URL, without the question mark. */
  readonly query: string
  readonly body: string
}

export interface Answer {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

/** One AWS service: its protocol and what it can do. */
export interface Service {
  /** What is asked for, by that part of the request that `answer` goes by; empty if nothing is. */
  operationOf(request: ServiceRequest): string
  /** Throws ApiError. */
  answer(request: ServiceRequest, region: Region): Promise<Answer>
  /** An error in the service's protocol. */
  failure(error: ApiError, requestId: string): Answer
  /** How the service answers a request it cannot trust; undefined: it is not signed at all. */
  denial(refusal: Refusal | undefined): ApiError
}

/** What is asked for in the query protocols, whatever the headers say. */
export function actionOf(request: ServiceRequest): string {
  return formOf(request).get('Action') ?? ''
}

/** Parameters of the query protocols: in the URL of a GET, in the form of a POST. */
export function formOf(request: ServiceRequest): URLSearchParams {
  return new URLSearchParams([...new URLSearchParams(request.query), ...new URLSearchParams(request.body)])
}
