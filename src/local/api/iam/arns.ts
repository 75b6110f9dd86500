import type {InstanceProfile, IamRole, IamUser, RoleSession} from '../../iam-model.js'

/** ARNs of IAM's entities (IAM User Guide, "IAM ARNs"). `state` is of the region, for its account. */
interface Account {
  readonly accountId: string
}

export function rootArn({accountId}: Account): string {
  return `arn:aws:iam::${accountId}:root`
}

export function userArn({accountId}: Account, {path, userName}: Pick<IamUser, 'path' | 'userName'>): string {
  return `arn:aws:iam::${accountId}:user${path}${userName}`
}

export function roleArn({accountId}: Account, {path, roleName}: Pick<IamRole, 'path' | 'roleName'>): string {
  return `arn:aws:iam::${accountId}:role${path}${roleName}`
}

export function policyArn({accountId}: Account, path: string, policyName: string): string {
  return `arn:aws:iam::${accountId}:policy${path}${policyName}`
}

export function instanceProfileArn(
  {accountId}: Account,
  {path, instanceProfileName}: Pick<InstanceProfile, 'path' | 'instanceProfileName'>,
): string {
  return `arn:aws:iam::${accountId}:instance-profile${path}${instanceProfileName}`
}

/** Of who has taken on a role. */
export function sessionArn({accountId}: Account, {roleName, sessionName}: RoleSession): string {
  return `arn:aws:sts::${accountId}:assumed-role/${roleName}/${sessionName}`
}
