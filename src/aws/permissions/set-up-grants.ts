import type {Grant} from './grants.js'

/** The policy that `khw iam setup` makes, whose name it is. */
const OPERATOR_POLICY = ['arn:*:iam::*:policy/khw-operator']

/**
 * What somebody needs who runs `khw iam setup` and `khw iam remove`. Who may do that can allow anybody everything, as it is
 * with all who may write policies: it is a thing for administrators.
 */
export const SETUP_GRANTS: readonly Grant[] = [
  {sid: 'WhoAmI', actions: ['sts:GetCallerIdentity']},
  {
    sid: 'KeepPolicy',
    actions: iam(
      'CreatePolicy',
      'CreatePolicyVersion',
      'DeletePolicy',
      'DeletePolicyVersion',
      'GetPolicy',
      'GetPolicyVersion',
      'ListEntitiesForPolicy',
      'ListPolicyVersions',
    ),
    resources: OPERATOR_POLICY,
  },
  {
    sid: 'TagPolicy',
    actions: iam('TagPolicy'),
    resources: OPERATOR_POLICY,
    impliedBy: iam('CreatePolicy'),
  },
  {
    sid: 'GivePolicy',
    actions: iam('AttachRolePolicy', 'AttachUserPolicy', 'DetachGroupPolicy', 'DetachRolePolicy', 'DetachUserPolicy'),
    resources: ['*'],
    condition: {ArnLike: {'iam:PolicyARN': OPERATOR_POLICY}},
  },
  {sid: 'KnowHolders', actions: iam('GetRole', 'GetUser'), resources: ['*']},
]

function iam(...names: readonly string[]): string[] {
  return names.map(name => `iam:${name}`)
}
