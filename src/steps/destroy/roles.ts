import {sessionManagerPolicy} from '../../aws/instance-profiles.js'
import {deleteUnblocked, type Removal, type RemovalContext} from './removal.js'

/** IAM deletes no role that is in a profile, or has a policy attached. */
export const roles: Removal = {
  id: 'roles',
  title: 'Delete the role of the machines',
  kind: 'roles',

  async remove(context) {
    const {iam, inventory} = context
    for (const {RoleName, Arn = ''} of inventory.roles) {
      // Profile and role have one name.
      const names = {RoleName, InstanceProfileName: RoleName}
      const policy = {RoleName, PolicyArn: sessionManagerPolicy(Arn)}
      for (const call of [
        () => iam.removeRoleFromInstanceProfile(names),
        () => iam.detachRolePolicy(policy),
        () => iam.deleteRole({RoleName}),
      ])
        await deleteUnblocked(`role ${RoleName ?? Arn}`, untilIamSettles(context), call)
    }
  },
}

/**
 * IAM counts what was detached as attached for some seconds. It is not waited for as long as for EC2: what stays may be a
 * policy that somebody else has attached. Nobody in a VPC holds on to what is IAM's.
 */
export function untilIamSettles(context: RemovalContext): RemovalContext {
  const letGoWithin = Math.min(context.letGoWithin, SETTLED_WITHIN)
  return {...context, letGoWithin, holders: () => Promise.resolve(' by something else in IAM')}
}

/** Milliseconds. */
const SETTLED_WITHIN = 120_000
