import {ApiError} from './api-error.js'
import type {Parameters} from './parameters.js'
import type {Region} from './region.js'
import type {XmlElement} from './xml.js'

/** One action of EC2's API: `CreateVpc`. */
export interface Action {
  readonly name: string
  /** Members of the response element, without the request id. Throws ApiError. */
  invoke(parameters: Parameters, region: Region): Promise<XmlElement>
}

/**
 * An action is two halves: `parse` reads every parameter (and throws what is wrong with them), `run` does it. Between
 * the two, a parameter that `parse` does not know is refused, and a dry run ends.
 */
export function action<Input>(
  name: string,
  parse: (parameters: Parameters) => Input,
  run: (input: Input, region: Region) => Promise<XmlElement> | XmlElement,
): Action {
  return {
    name,
    async invoke(parameters, region) {
      const dryRun = parameters.flag('DryRun') ?? false
      parameters.ignore('Action', 'Version')
      const input = parse(parameters)
      const [unknown] = parameters.unread()
      if (unknown !== undefined)
        throw new ApiError('UnknownParameter', `The parameter ${unknown} is not recognized by ${name} in this region`)
      if (dryRun) throw new ApiError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412)
      return run(input, region)
    },
  }
}

/** Errors of reading parameters, which services of the AWS query protocol all answer with this one. */
const READING_ERRORS = ['MissingParameter', 'InvalidParameterValue', 'UnknownParameter', 'InvalidParameterCombination']

/**
 * An action of a service that speaks the AWS query protocol: as `action`, without dry runs, and with
 * `ValidationError` for whatever is wrong with its parameters.
 */
export function queryAction<Input>(
  name: string,
  parse: (parameters: Parameters) => Input,
  run: (input: Input, region: Region) => Promise<XmlElement> | XmlElement,
): Action {
  const read = (parameters: Parameters): Input => {
    try {
      const input = parse(parameters)
      const [unknown] = parameters.unread()
      if (unknown === undefined) return input
      throw new ApiError('UnknownParameter', `The parameter ${unknown} is not recognized by ${name} in this region`)
    } catch (error) {
      if (!(error instanceof ApiError) || !READING_ERRORS.includes(error.code)) throw error
      throw new ApiError('ValidationError', error.message)
    }
  }
  return {
    name,
    async invoke(parameters, region) {
      parameters.ignore('Action', 'Version')
      return run(read(parameters), region)
    },
  }
}
