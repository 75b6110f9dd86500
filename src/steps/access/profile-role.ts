import {awsErrorCode} from '../../aws/errors.js'
import {defineStep} from '../engine/step.js'
import {instanceProfile} from './instance-profile.js'
import {instanceRole} from './instance-role.js'

/** A profile holds one role: adding it once more is refused as one too many, whichever is there. */
export const profileRole = defineStep({
  id: 'access/profile-role',
  phase: 'access',
  title: 'Put the role into the instance profile',
  needs: {instanceProfile, instanceRole},
  changes: 1,

  async create({iam, signal}, needs) {
    const InstanceProfileName = needs.instanceProfile.name
    const RoleName = needs.instanceRole.name
    try {
      await iam.addRoleToInstanceProfile({InstanceProfileName, RoleName})
    } catch (error) {
      if (!/^LimitExceeded(Exception)?$/.test(awsErrorCode(error) ?? '')) throw error
      const {InstanceProfile} = await iam.getInstanceProfile({InstanceProfileName}, {abortSignal: signal})
      if (InstanceProfile?.Roles?.some(role => role.RoleName === RoleName) !== true) throw error
    }
    return {profile: InstanceProfileName}
  },
})
