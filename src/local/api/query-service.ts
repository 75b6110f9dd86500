import type {Action} from './action.js'
import {ApiError} from './api-error.js'
import {Parameters} from './parameters.js'
import {actionOf, formOf, type Answer, type Service} from './service.js'
import type {Refusal} from './signature.js'
import {renderXml} from './xml.js'

const CONTENT_TYPE = 'text/xml'

/**
 * A service that speaks the AWS query protocol (Smithy, "AWS query protocol"), such as STS, IAM and Elastic Load Balancing.
 * What an action returns are the members of its result element.
 */
export function queryService(namespace: string, actions: readonly Action[]): Service {
  const byName = new Map(actions.map(action => [action.name, action]))
  const failure = (error: ApiError, requestId: string): Answer => {
    const details = {Type: error.status < 500 ? 'Sender' : 'Receiver', Code: error.code, Message: error.message}
    const body = renderXml('ErrorResponse', {Error: details, RequestId: requestId}, {namespace})
    return {status: error.status, contentType: CONTENT_TYPE, body}
  }
  return {
    operationOf: actionOf,
    async answer(request, region) {
      const form = formOf(request)
      const name = actionOf(request)
      const action = byName.get(name)
      if (action === undefined) throw new ApiError('InvalidAction', `Could not find operation ${name} in this region`)
      const result = await action.invoke(Parameters.fromQueryForm(form), region)
      const content = {[`${name}Result`]: result, ResponseMetadata: {RequestId: request.requestId}}
      const body = renderXml(`${name}Response`, content, {namespace, listItem: 'member'})
      return {status: 200, contentType: CONTENT_TYPE, body}
    },
    failure,
    denial,
  }
}

function denial(refusal: Refusal | undefined): ApiError {
  switch (refusal) {
    case undefined:
      return new ApiError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403)
    case 'unknown-key':
      return new ApiError('InvalidClientTokenId', 'The security token included in the request is invalid.', 403)
    case 'bad-signature':
      return new ApiError(
        'SignatureDoesNotMatch',
        'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
        403,
      )
    case 'expired':
      return new ApiError(
        'SignatureDoesNotMatch',
        'Signature expired: the clock of the request is more than 5 min off.',
        403,
      )
    case 'expired-token':
      return new ApiError('ExpiredToken', 'The security token included in the request is expired', 403)
    case 'other-region':
      return new ApiError('SignatureDoesNotMatch', 'Credential should be scoped to a valid region.', 403)
  }
}
