import {profileName, profilePath} from '../../aws/instance-profiles.js'
import {madeBy} from '../../aws/inventory.js'
import {required} from '../../aws/required.js'
import {defineStep} from '../engine/step.js'
import {instanceProfile} from './instance-profile.js'

/** Only machines of EC2 can take it on. */
const TRUST = {
  Version: '2012-10-17',
  Statement: [{Effect: 'Allow', Action: 'sts:AssumeRole', Principal: {Service: 'ec2.amazonaws.com'}}],
}

/** Who the machines are for AWS: nobody who may do anything, until a policy says so. */
export const instanceRole = defineStep({
  id: 'access/instance-role',
  phase: 'access',
  title: 'Create the role of the machines',
  needs: {instanceProfile},
  onRepeat: 'refuses',

  find({inventory, stepId}) {
    const found = madeBy(inventory.roles, stepId)
    return found?.RoleName === undefined || found.Arn === undefined ? undefined : {name: found.RoleName, arn: found.Arn}
  },

  async create({iam, clusterId, spec, access, tagList}) {
    const {Role} = await iam.createRole({
      RoleName: profileName(clusterId),
      Path: profilePath(access.region),
      Description: `Session Manager for the machines of ${spec.name}`,
      AssumeRolePolicyDocument: JSON.stringify(TRUST),
      Tags: tagList(spec.name),
    })
    return {name: required(Role?.RoleName, 'RoleName'), arn: required(Role?.Arn, 'Arn')}
  },
})
