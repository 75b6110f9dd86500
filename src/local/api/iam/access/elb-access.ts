import type {RegionState} from '../../../model.js'
import {arnOf, elbResources, pathOf, type ElbKind} from '../../elb/names.js'
import {Parameters} from '../../parameters.js'
import type {Region} from '../../region.js'
import {makesLinkedRole} from '../service-linked-role.js'
import {requestTags, resourceTags, tagKeys, type KeyValue, type Touched} from './touched.js'

const SERVICE = 'elasticloadbalancing'
const KNOWN = tagKeys(SERVICE)

/**
 * A call of Elastic Load Balancing as policies see it (Service Authorization Reference, "Actions, resources, and condition
 * keys for AWS Elastic Load Balancing V2"). A listener is made at its load balancer, so that is what CreateListener is about.
 */
export function elbAccess(operation: string, form: URLSearchParams, region: Region): readonly Touched[] {
  const action = `${SERVICE}:${operation}`
  const parameters = Parameters.fromQueryForm(form)
  const {state} = region.store
  // Calls that describe something are about nothing that one could be allowed by itself.
  if (operation.startsWith('Describe')) return [{action, resource: '*', values: {}, known: []}]
  const tags = parameters
    .groups('Tags')
    .map(tag => ({key: tag.optional('Key') ?? '', value: tag.optional('Value') ?? ''}))
  const keys = parameters.list('TagKeys')
  const request = {...requestTags(tags), ...(keys.length === 0 ? {} : {'aws:TagKeys': keys})}
  const known = [...KNOWN, `${SERVICE}:CreateAction`]
  const made = madeBy(operation, parameters, state)
  const named = ARN_PARAMETERS.flatMap(name => [parameters.optional(name) ?? []].flat())
  return [
    ...(made === undefined || operation === 'CreateListener' ? [] : [{action, resource: made, values: request, known}]),
    ...[...named, ...parameters.list('ResourceArns')].map(arn => usedResource(action, arn, request, state)),
    ...(made === undefined || tags.length === 0 ? [] : [tagging(operation, made, tags)]),
    ...(operation === 'CreateLoadBalancer' ? makesLinkedRole(state, 'elasticloadbalancing.amazonaws.com') : []),
  ]
}

/** Each call names one resource in one of these. */
const ARN_PARAMETERS = ['LoadBalancerArn', 'TargetGroupArn', 'ListenerArn']

function usedResource(action: string, arn: string, request: Touched['values'], state: RegionState): Touched {
  const [, , found] = elbResources(state).find(([, other]) => other === arn) ?? []
  return {
    action,
    resource: arn,
    values: {...request, ...resourceTags(found?.tags ?? [], SERVICE)},
    known: [...KNOWN, `${SERVICE}:CreateAction`],
    isMissing: found === undefined,
  }
}

/** Tags on the way need a permission of their own. */
function tagging(operation: string, resource: string, tags: readonly KeyValue[]): Touched {
  const values = {...requestTags(tags), [`${SERVICE}:CreateAction`]: operation}
  return {action: `${SERVICE}:AddTags`, resource, values, known: KNOWN}
}

/** The ARN, as far as it is known before, of what a call makes. */
function madeBy(operation: string, parameters: Parameters, state: RegionState): string | undefined {
  const name = parameters.optional('Name') ?? ''
  const of = (kind: ElbKind, path: string): string => arnOf(state, kind, `${path}/*`)
  switch (operation) {
    case 'CreateLoadBalancer':
      return of('loadBalancer', `net/${name}`)
    case 'CreateTargetGroup':
      return of('targetGroup', name)
    case 'CreateListener':
      return of('listener', pathOf(parameters.optional('LoadBalancerArn') ?? ''))
    default:
      return undefined
  }
}
