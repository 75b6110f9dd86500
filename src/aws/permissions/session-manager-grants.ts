import type {Grant} from './grants.js'

/** What khw makes of IAM has a path of its own: nothing else of the account can be touched, or handed to a machine. */
const OURS = 'khw/*'
const ROLES = [`arn:*:iam::*:role/${OURS}`]
const PROFILES = [`arn:*:iam::*:instance-profile/${OURS}`]

/**
 * What clusters need besides whose machines are to be reached through Session Manager (--ssm): a role for them, which may do
 * what AWS's own policy for that says, and nothing more (IAM User Guide, "Granting a user permissions to pass a role to an
 * AWS service").
 */
export const SESSION_MANAGER_GRANTS: readonly Grant[] = [
  // Anywhere: what does not exist has no path yet by which it could be judged.
  {sid: 'LookForProfiles', actions: iam('GetInstanceProfile', 'ListInstanceProfiles')},
  {
    sid: 'KeepRoles',
    actions: iam(
      'AddRoleToInstanceProfile',
      'CreateInstanceProfile',
      'CreateRole',
      'DeleteInstanceProfile',
      'DeleteRole',
      'RemoveRoleFromInstanceProfile',
      'TagInstanceProfile',
      'TagRole',
    ),
    resources: [...PROFILES, ...ROLES],
  },
  {
    sid: 'GiveRole',
    actions: iam('AttachRolePolicy', 'DetachRolePolicy'),
    resources: ROLES,
    condition: {ArnLike: {'iam:PolicyARN': ['arn:*:iam::aws:policy/AmazonSSMManagedInstanceCore']}},
  },
  {
    sid: 'PassRole',
    actions: iam('PassRole'),
    resources: ROLES,
    condition: {StringEquals: {'iam:PassedToService': ['ec2.amazonaws.com', 'ec2.amazonaws.com.cn']}},
    impliedBy: ['ec2:RunInstances', ...iam('AddRoleToInstanceProfile')],
  },
]

function iam(...names: readonly string[]): string[] {
  return names.map(name => `iam:${name}`)
}
