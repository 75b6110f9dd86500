import type {InstanceProfile} from '../../../iam-model.js'
import type {RegionState} from '../../../model.js'
import type {Parameters} from '../../parameters.js'
import {instanceProfileArn, roleArn} from '../arns.js'
import {own} from '../lookup.js'
import type {Touched} from './touched.js'

/** The instance profile that a call names, by its name or its ARN. */
export function profileOf(parameters: Parameters, state: RegionState): InstanceProfile | undefined {
  const given = parameters.group('IamInstanceProfile')
  const name = given?.optional('Name')
  const arn = given?.optional('Arn')
  if (name !== undefined) return own(state.instanceProfiles, name)
  return Object.values(state.instanceProfiles).find(profile => instanceProfileArn(state, profile) === arn)
}

/** Who gives an instance a role has to be allowed to pass it on (IAM User Guide, "iam:PassRole"). */
export function passedRoles(parameters: Parameters, state: RegionState): readonly Touched[] {
  return passedRole(profileOf(parameters, state)?.roleName, state)
}

/** The role of that name, handed to EC2; nothing if there is none. */
export function passedRole(roleName: string | undefined, state: RegionState): readonly Touched[] {
  const role = roleName === undefined ? undefined : own(state.roles, roleName)
  if (role === undefined) return []
  const values = {'iam:PassedToService': 'ec2.amazonaws.com'}
  return [{action: 'iam:PassRole', resource: roleArn(state, role), values, known: []}]
}
