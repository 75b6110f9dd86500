import {ApiError} from './api-error.js'
import {parameterNameOf} from './image.js'
import {jsonService, requiredText, type Json} from './json-service.js'
import type {Region} from './region.js'
import type {Service} from './service.js'

/** SSM's public parameters with image ids. */
export function ssmService(): Service {
  return jsonService({
    GetParameter: (input, region) => {
      const name = requiredText(input, 'Name')
      const parameter = publicParameters(region).get(name)
      if (parameter === undefined) throw new ApiError('ParameterNotFound', `Parameter ${name} not found.`)
      return {Parameter: parameter}
    },
    GetParameters: (input, region) => {
      const names = input['Names']
      if (!Array.isArray(names) || !names.every(name => typeof name === 'string'))
        throw new ApiError('ValidationException', 'Names is required.')
      const parameters = publicParameters(region)
      return {
        Parameters: names.flatMap(name => parameters.get(name) ?? []),
        InvalidParameters: names.filter(name => !parameters.has(name)),
      }
    },
    GetParametersByPath: (input, region) => {
      const path = requiredText(input, 'Path')
      if (!path.startsWith('/'))
        throw new ApiError('ValidationException', 'The parameter path must begin with a forward slash.')
      const below = path.endsWith('/') ? path : `${path}/`
      const deep = input['Recursive'] === true
      const found = [...publicParameters(region)].filter(
        ([name]) => name.startsWith(below) && (deep || !name.slice(below.length).includes('/')),
      )
      return {Parameters: found.map(([, parameter]) => parameter)}
    },
  })
}

function publicParameters(region: Region): Map<string, Json> {
  return new Map(
    region.images.flatMap(image => {
      const name = parameterNameOf(image)
      if (name === undefined) return []
      const parameter = {
        ARN: `arn:aws:ssm:${region.store.state.region}::parameter${name}`,
        DataType: 'text',
        LastModifiedDate: Date.parse(image.creationDate) / 1000,
        Name: name,
        Type: 'String',
        Value: image.imageId,
        Version: 1,
      }
      return [[name, parameter] as const]
    }),
  )
}
