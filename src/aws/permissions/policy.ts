import {KhwError} from '../../errors.js'
import {guestGrants, OPERATOR_GRANTS, type Grant} from './grants.js'
import {SESSION_MANAGER_GRANTS} from './session-manager-grants.js'
import {SETUP_GRANTS} from './set-up-grants.js'
import {
  MANAGED_POLICY_LIMIT,
  merged,
  oneOrMore,
  policySize,
  unnamed,
  type PolicyCondition,
  type PolicyDocument,
} from './policy-document.js'

export interface PolicyOptions {
  /** The regions in which khw may work; any, if there are none. */
  readonly regions?: readonly string[]
  /** VPCs of others in which clusters may stand. */
  readonly vpcIds?: readonly string[]
  /** Clusters whose machines have a role for Session Manager. */
  readonly ssm?: boolean
}

/** The least that somebody who runs khw has to be allowed to do. Throws USAGE for regions or VPCs that are none, or too many. */
export function operatorPolicy(options: PolicyOptions = {}): PolicyDocument {
  for (const region of options.regions ?? [])
    if (!/^[a-z]+(-[a-z]+)*-\d+$/.test(region))
      throw unusable(`"${region}" is not the name of a region`, 'Name a region as in: --region eu-central-1')
  for (const vpcId of options.vpcIds ?? [])
    if (!/^vpc-[0-9a-f]+$/.test(vpcId))
      throw unusable(`"${vpcId}" is not the id of a VPC`, 'Name a VPC as in: --vpc-id vpc-0123456789abcdef0')
  const policy = policyOf(
    [...OPERATOR_GRANTS, ...guestGrants(options.vpcIds ?? []), ...(options.ssm === true ? SESSION_MANAGER_GRANTS : [])],
    options,
  )
  if (policySize(policy) <= MANAGED_POLICY_LIMIT) return policy
  const short = unnamed(policy)
  if (policySize(short) > MANAGED_POLICY_LIMIT)
    throw unusable(
      `IAM takes no policy that names so many regions and VPCs${options.ssm === true ? ', besides what --ssm takes' : ''}`,
      'Name fewer of them',
    )
  return short
}

function unusable(why: string, suggestion: string): KhwError {
  return new KhwError('USAGE', `There is no such policy: ${why}.`, [suggestion], {exit: 2})
}

/** The least that somebody who runs `khw iam setup` and `khw iam remove` has to be allowed to do. */
export function setUpPolicy(): PolicyDocument {
  return policyOf(SETUP_GRANTS)
}

/** Grants as a policy document. */
export function policyOf(grants: readonly Grant[], {regions = []}: PolicyOptions = {}): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: merged(
      grants.map(grant => {
        const isBound = regions.length > 0 && grant.bindsRegion === true
        const condition = isBound ? withRegions(grant.condition ?? {}, regions) : grant.condition
        return {
          Sid: grant.sid,
          Effect: 'Allow',
          Action: [...grant.actions].sort(),
          Resource: oneOrMore((grant.resources ?? ['*']).map(arnOf)),
          ...(condition && {Condition: condition}),
        }
      }),
    ),
  }
}

function withRegions(condition: PolicyCondition, regions: readonly string[]): PolicyCondition {
  return {...condition, StringEquals: {...condition['StringEquals'], 'aws:RequestedRegion': oneOrMore(regions)}}
}

/** Of a type of EC2's, in any partition, region and account: a policy reaches no further than its own account anyway. */
function arnOf(resource: string): string {
  return resource === '*' || resource.startsWith('arn:') ? resource : `arn:*:ec2:*:*:${resource}/*`
}
