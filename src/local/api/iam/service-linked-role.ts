import type {RegionState} from '../../model.js'
import {queryAction} from '../action.js'
import {ApiError} from '../api-error.js'
import type {Touched} from './access/touched.js'
import {roleArn} from './arns.js'
import {own} from './lookup.js'
import {describeRole, newRole} from './role.js'

/** Names of the roles that services of this region have for themselves, by the service's own name. */
const SERVICE_LINKED = {
  'elasticloadbalancing.amazonaws.com': 'AWSServiceRoleForElasticLoadBalancing',
  'spot.amazonaws.com': 'AWSServiceRoleForEC2Spot',
} as const

export type LinkedService = keyof typeof SERVICE_LINKED

export const serviceLinkedRoleActions = [
  queryAction(
    'CreateServiceLinkedRole',
    parameters => {
      parameters.ignore('Description', 'CustomSuffix')
      return parameters.required('AWSServiceName')
    },
    (service, region) =>
      region.store.change(state => {
        if (!isLinked(service))
          throw new ApiError('InvalidInput', `Service name ${service} has no service-linked role in this region.`)
        const roleName = SERVICE_LINKED[service]
        // IAM says InvalidInput, and not that the entity exists.
        if (own(state.roles, roleName))
          throw new ApiError('InvalidInput', `Service role name ${roleName} has been taken in this account.`)
        return {Role: describeRole(state, ensureLinkedRole(state, service, region.now()))}
      }),
  ),
]

/** The role of a service, which the first call that needs it makes (IAM User Guide, "Using service-linked roles"). */
export function ensureLinkedRole(state: RegionState, service: LinkedService, now: Date): ReturnType<typeof newRole> {
  const roleName = SERVICE_LINKED[service]
  const trust = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{Effect: 'Allow', Action: ['sts:AssumeRole'], Principal: {Service: [service]}}],
  })
  const made = {roleName, path: pathOf(service), trust, description: undefined, maxSessionDuration: 3600, tags: []}
  return own(state.roles, roleName) ?? newRole(state, {...made, now})
}

/** What a call that makes the role has to be allowed besides: nothing, once it is there. */
export function makesLinkedRole(state: RegionState, service: LinkedService): readonly Touched[] {
  const roleName = SERVICE_LINKED[service]
  if (own(state.roles, roleName)) return []
  const resource = roleArn(state, {path: pathOf(service), roleName})
  return [{action: 'iam:CreateServiceLinkedRole', resource, values: {'iam:AWSServiceName': service}, known: []}]
}

function pathOf(service: LinkedService): string {
  return `/aws-service-role/${service}/`
}

function isLinked(service: string): service is LinkedService {
  return Object.hasOwn(SERVICE_LINKED, service)
}
