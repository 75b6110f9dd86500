import {sessionManagerPolicy} from '../../aws/instance-profiles.js'
import {defineStep} from '../engine/step.js'
import {instanceRole} from './instance-role.js'

/** What the agent of Systems Manager needs, and no more. Whoever attaches it again changes nothing. */
export const rolePolicy = defineStep({
  id: 'access/role-policy',
  phase: 'access',
  title: 'Allow the role what Session Manager needs',
  needs: {instanceRole},
  changes: 1,

  async create({iam}, {instanceRole: {name, arn}}) {
    await iam.attachRolePolicy({RoleName: name, PolicyArn: sessionManagerPolicy(arn)})
    return {}
  },
})
