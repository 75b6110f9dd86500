import {ApiError, missingParameter} from './api-error.js'
import type {Action} from './action.js'
import {Parameters} from './parameters.js'
import {actionOf, formOf, type Answer, type Service} from './service.js'
import type {Refusal} from './signature.js'
import {renderXml} from './xml.js'

const VERSION = '2016-11-15'
const CONTENT_TYPE = 'text/xml;charset=UTF-8'

/** EC2's query protocol: a form in, XML out (EC2 API Reference, "Query requests"). */
export function ec2Service(actions: readonly Action[]): Service {
  const byName = new Map(actions.map(action => [action.name, action]))
  return {
    operationOf: actionOf,
    async answer(request, region) {
      const form = formOf(request)
      const name = actionOf(request)
      if (name === '') throw missingParameter('Action')
      const version = form.get('Version')
      if (version !== VERSION)
        throw new ApiError(
          'InvalidParameterValue',
          `The version ${version ?? 'of the request is missing; it'} is not valid: this region speaks ${VERSION}`,
        )
      const action = byName.get(name)
      if (action === undefined)
        throw new ApiError('InvalidAction', `The action ${name} is not valid for this web service.`)
      const content = await action.invoke(Parameters.fromForm(form), region)
      const body = renderXml(
        `${name}Response`,
        {requestId: request.requestId, ...content},
        {
          namespace: `http://ec2.amazonaws.com/doc/${VERSION}/`,
        },
      )
      return {status: 200, contentType: CONTENT_TYPE, body}
    },
    failure,
    denial,
  }
}

function failure(error: ApiError, requestId: string): Answer {
  const body = renderXml('Response', {
    Errors: {Error: {Code: error.code, Message: error.message}},
    RequestID: requestId,
  })
  return {status: error.status, contentType: CONTENT_TYPE, body}
}

function denial(refusal: Refusal | undefined): ApiError {
  switch (refusal) {
    case undefined:
      return new ApiError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403)
    case 'expired':
    case 'expired-token':
      return new ApiError('RequestExpired', 'Request has expired.')
    case 'other-region':
      return new ApiError('AuthFailure', 'Credential should be scoped to a valid region.', 401)
    case 'unknown-key':
    case 'bad-signature':
      return new ApiError('AuthFailure', 'AWS was not able to validate the provided access credentials', 401)
  }
}
