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
