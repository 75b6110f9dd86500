import {profileName, profilePath} from '../../aws/instance-profiles.js'
import {madeBy} from '../../aws/inventory.js'
import {required} from '../../aws/required.js'
import {defineStep} from '../engine/step.js'

/** What hands a role to machines. First of all that is made of IAM, and the last that is removed: whoever looks for it finds the role. */
export const instanceProfile = defineStep({
  id: 'access/instance-profile',
  phase: 'access',
  title: 'Create the instance profile',
  needs: {},
  onRepeat: 'refuses',

  find({inventory, stepId}) {
    const found = madeBy(inventory.instanceProfiles, stepId)
    return found?.InstanceProfileName === undefined ? undefined : {name: found.InstanceProfileName}
  },

  async create({iam, clusterId, spec, access, tagList}) {
    const {InstanceProfile} = await iam.createInstanceProfile({
      InstanceProfileName: profileName(clusterId),
      Path: profilePath(access.region),
      Tags: tagList(spec.name),
    })
    return {name: required(InstanceProfile?.InstanceProfileName, 'InstanceProfileName')}
  },
})
