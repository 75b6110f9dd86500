/**
 * An answer that is an error. `code` is EC2's own (EC2 API Reference, Error codes); `status` is the HTTP status: 4xx
 * blames the caller, and SDKs repeat only what has 5xx.
 */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message)
    this.name = code
  }
}

/** `InvalidParameterValue` in EC2's usual words. */
export function invalidValue(value: string, parameter: string, why: string): ApiError {
  return new ApiError('InvalidParameterValue', `Value (${value}) for parameter ${parameter} is invalid. ${why}`)
}

export function missingParameter(parameter: string): ApiError {
  return new ApiError('MissingParameter', `The request must contain the parameter ${parameter}`)
}
