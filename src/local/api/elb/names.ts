import {randomBytes} from 'node:crypto'
import type {RegionState, Tagged} from '../../model.js'
import {ApiError} from '../api-error.js'

/** What Elastic Load Balancing calls its kinds of resources; the last part of an ARN is told apart by the word in it. */
export const ELB_KINDS = {
  loadBalancer: {word: 'loadbalancer', noun: 'load balancer', notFound: 'LoadBalancerNotFound'},
  targetGroup: {word: 'targetgroup', noun: 'target group', notFound: 'TargetGroupNotFound'},
  listener: {word: 'listener', noun: 'listener', notFound: 'ListenerNotFound'},
} as const

export type ElbKind = keyof typeof ELB_KINDS

/** `arn:aws:elasticloadbalancing:local-1:123456789012:loadbalancer/net/web/0123456789abcdef` */
export function arnOf(state: RegionState, kind: ElbKind, path: string): string {
  return `arn:aws:elasticloadbalancing:${state.region}:${state.accountId}:${ELB_KINDS[kind].word}/${path}`
}

/** The last part of an ARN: 16 hex digits. */
export function newResourceId(): string {
  return randomBytes(8).toString('hex')
}

/** What follows `loadbalancer/` in a load balancer's ARN: `net/web/0123456789abcdef`. */
export function pathOf(arn: string): string {
  return arn.split('/').slice(1).join('/')
}

export function elbNotFound(kind: ElbKind, arn: string): ApiError {
  const {noun, notFound} = ELB_KINDS[kind]
  return new ApiError(notFound, `One or more ${noun}s not found: ${arn}`)
}

/** The record of that ARN; throws ValidationError or the kind's `NotFound`. */
export function lookUpArn<T>(records: Readonly<Record<string, T>>, kind: ElbKind, arn: string): T {
  checkArn(kind, arn)
  const record = Object.hasOwn(records, arn) ? records[arn] : undefined
  if (record === undefined) throw elbNotFound(kind, arn)
  return record
}

export function checkArn(kind: ElbKind, arn: string): void {
  const {word, noun} = ELB_KINDS[kind]
  if (!new RegExp(`^arn:aws:elasticloadbalancing:[^:]+:\\d{12}:${word}/.+$`).test(arn))
    throw new ApiError('ValidationError', `'${arn}' is not a valid ${noun} ARN`)
}

/** Everything of Elastic Load Balancing in the region: kind, ARN, record. */
export function elbResources(state: RegionState): [ElbKind, string, Tagged][] {
  const of = (kind: ElbKind, records: Record<string, Tagged>): [ElbKind, string, Tagged][] =>
    Object.entries(records).map(([arn, record]) => [kind, arn, record])
  return [
    ...of('loadBalancer', state.loadBalancers),
    ...of('targetGroup', state.targetGroups),
    ...of('listener', state.listeners),
  ]
}

/** Names of load balancers and target groups: at most 32 letters, digits and hyphens, none of these at either end. */
export function checkName(what: string, name: string): void {
  if (name.length > 32)
    throw new ApiError('ValidationError', `The ${what} name '${name}' cannot be longer than '32' characters`)
  if (!/^[A-Za-z0-9-]+$/.test(name))
    throw new ApiError(
      'ValidationError',
      `The ${what} name '${name}' can only contain characters that are alphanumeric characters and hyphens(-)`,
    )
  if (/^-|-$/.test(name))
    throw new ApiError('ValidationError', `The ${what} name '${name}' cannot begin or end with a hyphen(-)`)
}

export function isElbKind(kind: string): kind is ElbKind {
  return Object.hasOwn(ELB_KINDS, kind)
}
