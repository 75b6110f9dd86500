import {deleteUnblocked, type Removal} from './removal.js'
import {untilIamSettles} from './roles.js'

/** The last of all: as long as there is one, its role can be found. */
export const instanceProfiles: Removal = {
  id: 'instance-profiles',
  title: 'Delete the instance profile',
  kind: 'instanceProfiles',

  async remove(context) {
    const {iam, inventory} = context
    for (const {InstanceProfileName, Arn = ''} of inventory.instanceProfiles)
      await deleteUnblocked(`instance profile ${InstanceProfileName ?? Arn}`, untilIamSettles(context), () =>
        iam.deleteInstanceProfile({InstanceProfileName}),
      )
  },
}
