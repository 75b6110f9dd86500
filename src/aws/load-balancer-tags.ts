import type {Tag} from '@aws-sdk/client-ec2'
import type {ElasticLoadBalancingV2} from '@aws-sdk/client-elastic-load-balancing-v2'
import {isNotFound} from './errors.js'

/** Most ARNs that DescribeTags takes. */
const TAGS_AT_ONCE = 20

/** Tags of load balancers and target groups; what is gone has none. */
export async function tagsByArn(
  elb: ElasticLoadBalancingV2,
  arns: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Tag[]>> {
  const ask = async (ResourceArns: string[]): Promise<readonly (readonly [string, Tag[]])[]> => {
    const answer = await unlessGone(() => elb.describeTags({ResourceArns}, {abortSignal: signal}))
    if (answer !== undefined)
      return (answer.TagDescriptions ?? []).map(({ResourceArn = '', Tags = []}) => [ResourceArn, Tags] as const)
    // One that is gone takes the whole question down.
    return ResourceArns.length === 1 ? [] : (await Promise.all(ResourceArns.map(arn => ask([arn])))).flat()
  }
  const chunks = Array.from({length: Math.ceil(arns.length / TAGS_AT_ONCE)}, (_, i) =>
    arns.slice(i * TAGS_AT_ONCE, (i + 1) * TAGS_AT_ONCE),
  )
  return new Map((await Promise.all(chunks.map(ask))).flat())
}

/** Undefined for what is not there any more. */
export async function unlessGone<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}
