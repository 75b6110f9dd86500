import {awsErrorCode, classOf} from '../../aws/errors.js'
import type {ClusterSpec} from '../../cluster/spec.js'
import type {PreflightContext} from './check.js'

/** A quota by its names of Service Quotas. */
export interface QuotaCode {
  readonly service: 'ec2' | 'vpc' | 'elasticloadbalancing'
  readonly code: string
}

/** A quota of AWS against what there is and what the plan adds. */
export interface Quota extends QuotaCode {
  readonly name: string
  /** Of it in use now, by anybody in the account and region. */
  readonly used: (context: PreflightContext) => Promise<number>
  /** How many more the plan makes. */
  readonly planned: (context: PreflightContext) => Promise<number>
  /** Whether the plan needs any of it; always, if absent. */
  readonly concerns?: (spec: ClusterSpec) => boolean
  /** What the plan does without it: then it is no obstacle. */
  readonly otherwise?: string
  /** What to do instead of raising it. */
  readonly instead: string
}

/** An account that never asked for more may have but the default. */
export async function limitOf(
  {service, code}: QuotaCode,
  {clients, signal: abortSignal}: PreflightContext,
): Promise<number> {
  const input = {ServiceCode: service, QuotaCode: code}
  try {
    return (await clients.quotas.getServiceQuota(input, {abortSignal})).Quota?.Value ?? Infinity
  } catch (error) {
    if (awsErrorCode(error) === undefined || classOf(error) !== 'not-found') throw error
    return (await clients.quotas.getAWSDefaultServiceQuota(input, {abortSignal})).Quota?.Value ?? Infinity
  }
}
