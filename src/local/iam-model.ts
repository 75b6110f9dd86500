import type {Tag} from './model.js'

/** Who and what is in the region's IAM (IAM API Reference, data types). Of this account, and of all regions if there were more. */
export interface IamState {
  /** By name. */
  users: Record<string, IamUser>
  /** By id. */
  accessKeys: Record<string, AccessKey>
  /** Temporary credentials, by the id of their key. */
  sessions: Record<string, RoleSession>
  /** By name. */
  roles: Record<string, IamRole>
  /** Customer managed ones, by ARN. */
  policies: Record<string, ManagedPolicy>
  /** By name. */
  instanceProfiles: Record<string, InstanceProfile>
}

/** What users and roles have in common: policies. */
export interface PolicyHolder {
  /** Documents of inline policies, by name. */
  inlinePolicies: Record<string, string>
  /** ARNs of managed policies. */
  attachedPolicies: string[]
}

export interface IamUser extends PolicyHolder {
  readonly userName: string
  /** `AIDA` and 17 letters and digits. */
  readonly userId: string
  readonly path: string
  readonly createDate: string
  tags: Tag[]
}

export interface AccessKey {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly userName: string
  status: 'Active' | 'Inactive'
  readonly createDate: string
}

export interface RoleSession {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly roleName: string
  readonly sessionName: string
  /** ISO 8601. */
  readonly expiration: string
}

export interface IamRole extends PolicyHolder {
  readonly roleName: string
  /** `AROA` and 17 letters and digits. */
  readonly roleId: string
  readonly path: string
  readonly createDate: string
  /** Who may take it on: the trust policy. */
  assumeRolePolicyDocument: string
  description?: string
  /** Seconds. */
  maxSessionDuration: number
  tags: Tag[]
}

export interface ManagedPolicy {
  readonly policyArn: string
  readonly policyName: string
  /** `ANPA` and 17 letters and digits. */
  readonly policyId: string
  readonly path: string
  readonly createDate: string
  updateDate: string
  readonly description?: string
  defaultVersionId: string
  /** At most five, the oldest first. */
  versions: PolicyVersion[]
  /** Numbers of versions are not used twice. */
  lastVersion: number
  tags: Tag[]
}

export interface PolicyVersion {
  /** `v1` */
  readonly versionId: string
  readonly document: string
  readonly createDate: string
}

export interface InstanceProfile {
  readonly instanceProfileName: string
  /** `AIPA` and 17 letters and digits. */
  readonly instanceProfileId: string
  readonly path: string
  readonly createDate: string
  /** At most one. */
  roleName?: string
  tags: Tag[]
}
