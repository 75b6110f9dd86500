import {KhwError} from '../../src/errors.js'

/** What a promise is rejected with; it is an error of its own if it is not. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  let value: unknown
  try {
    value = await work
  } catch (error) {
    return error
  }
  throw new Error(`did not fail: ${String(value)}`)
}

/** The code of the KhwError that a promise is rejected with; other errors are passed on. */
export async function codeOfFailure(work: Promise<unknown>): Promise<string> {
  const error = await failureOf(work)
  if (error instanceof KhwError) return error.code
  throw error
}
