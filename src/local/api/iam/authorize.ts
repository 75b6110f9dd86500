import {ApiError} from '../api-error.js'
import type {Region} from '../region.js'
import {formOf, type ServiceRequest} from '../service.js'
import {AccessContext} from './access-context.js'
import {ec2Access} from './access/ec2-access.js'
import {elbAccess} from './access/elb-access.js'
import {iamAccess} from './access/iam-access.js'
import {stsAccess} from './access/sts-access.js'
import type {Touched} from './access/touched.js'
import {callerContext} from './caller-context.js'
import {statementsOfCaller} from './caller-policies.js'
import {sealDenial} from './denial-message.js'
import {evaluate, type Decision} from './evaluate.js'

type Access = (operation: string, form: URLSearchParams, region: Region) => readonly Touched[]

/** What is called: `ec2`, `DeleteVpc`. */
interface Call {
  readonly service: string
  readonly operation: string
}

/** What calls of a service are about. Of other services, calls are about no resource and say nothing about themselves. */
const ACCESS: Readonly<Record<string, Access>> = {
  ec2: ec2Access,
  elasticloadbalancing: elbAccess,
  iam: iamAccess,
  sts: stsAccess,
}

/**
 * Lets a call through only if the policies of its caller allow it for each of its resources; the root may do everything.
 * Throws as the service does: UnauthorizedOperation of EC2, AccessDenied or AccessDeniedException of the others.
 */
export function authorize({service, operation}: Call, request: ServiceRequest, region: Region): void {
  const {caller} = region
  if (caller.kind === 'root') return
  // Everybody may ask who they are (AWS STS API Reference, "GetCallerIdentity").
  if (service === 'sts' && operation === 'GetCallerIdentity') return
  const form = formOf(request)
  const unknown: Touched = {action: `${service}:${operation}`, resource: '*', values: {}, known: []}
  const touched = ACCESS[service]?.(operation, form, region) ?? [unknown]
  const statements = statementsOfCaller(region.store.state, caller)
  const common = callerContext(region)
  // EC2 tests what a dry run may do, and then only what the request names; it is not there to look any further.
  const isDryRun = form.get('DryRun')?.toLowerCase() === 'true'
  for (const {action, resource, values, known, isMissing = false} of touched) {
    const context = new AccessContext({...common, ...values}, [...Object.keys(common), ...known])
    const decision = evaluate(statements, {action, resource, context})
    if (decision === 'allowed') continue
    // The service itself says that it does not exist.
    if (isMissing && !isDryRun && decision === 'implicitDeny') continue
    throw refusal(service, {action, resource, decision, principal: caller.arn})
  }
}

interface Refused {
  readonly action: string
  readonly resource: string
  readonly decision: Decision
  readonly principal: string
}

function refusal(service: string, refused: Refused): ApiError {
  const {action, resource, decision, principal} = refused
  const why =
    decision === 'explicitDeny'
      ? 'with an explicit deny in an identity-based policy'
      : `because no identity-based policy allows the ${action} action`
  const on = resource === '*' ? '' : ` on resource: ${resource}`
  if (service === 'ec2' && action === 'iam:CreateServiceLinkedRole')
    return new ApiError(
      'AuthFailure.ServiceLinkedRoleCreationNotPermitted',
      'The provided credentials do not have permission to create the service-linked role for EC2 Spot Instances.',
      403,
    )
  const who = `User: ${principal} is not authorized to perform: ${action}${on} ${why}`
  if (service === 'ec2')
    return new ApiError(
      'UnauthorizedOperation',
      `You are not authorized to perform this operation. ${who}. Encoded authorization failure message: ${sealDenial(refused)}`,
      403,
    )
  return service === 'ssm' || service === 'servicequotas'
    ? new ApiError('AccessDeniedException', who)
    : new ApiError('AccessDenied', who, 403)
}
