import {isNotFound} from '../../aws/errors.js'
import {sessionManagerPolicy} from '../../aws/instance-profiles.js'
import {deleteUnblocked, type Removal} from './removal.js'

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
      await unlessGone(() => iam.removeRoleFromInstanceProfile(names))
      await unlessGone(() => iam.detachRolePolicy({RoleName, PolicyArn: sessionManagerPolicy(Arn)}))
      await deleteUnblocked(`role ${RoleName ?? Arn}`, context, () => iam.deleteRole({RoleName}))
    }
  },
}

async function unlessGone(call: () => Promise<unknown>): Promise<void> {
  try {
    await call()
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}
