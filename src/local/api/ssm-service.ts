import {ApiError} from './api-error.js'
import {parameterNameOf} from './image.js'
import type {Region} from './region.js'
import type {Answer, Service} from './service.js'
import type {Refusal} from './signature.js'

const CONTENT_TYPE = 'application/x-amz-json-1.1'

type Json = Readonly<Record<string, unknown>>

/** SSM's public parameters with image ids, over AWS JSON 1.1 (`X-Amz-Target: AmazonSSM.GetParameter`). */
export function ssmService(): Service {
  return {
    answer(request, region) {
      const input = parseBody(request.body)
      const [, operation = ''] = String(request.headers['x-amz-target'] ?? '').split('.')
      const output = operate(operation, input, region)
      return Promise.resolve({status: 200, contentType: CONTENT_TYPE, body: JSON.stringify(output)})
    },
    failure,
    denial,
  }
}

function operate(operation: string, input: Json, region: Region): Json {
  const parameters = publicParameters(region)
  switch (operation) {
    case 'GetParameter': {
      const name = input['Name']
      if (typeof name !== 'string') throw new ApiError('ValidationException', 'Name is required.')
      const parameter = parameters.get(name)
      if (parameter === undefined) throw new ApiError('ParameterNotFound', `Parameter ${name} not found.`)
      return {Parameter: parameter}
    }
    case 'GetParameters': {
      const names = input['Names']
      if (!Array.isArray(names) || !names.every(name => typeof name === 'string'))
        throw new ApiError('ValidationException', 'Names is required.')
      return {
        Parameters: names.flatMap(name => parameters.get(name) ?? []),
        InvalidParameters: names.filter(name => !parameters.has(name)),
      }
    }
    default:
      throw new ApiError('UnknownOperationException', `The operation ${operation} is not known in this region.`)
  }
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
    case 'other-region':
      return new ApiError('InvalidSignatureException', 'Credential should be scoped to a valid region.')
  }
}
