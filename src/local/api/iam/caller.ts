import type {RegionState} from '../../model.js'
import type {Credentials} from '../signature.js'
import {roleArn, rootArn, sessionArn, userArn} from './arns.js'
import {own} from './lookup.js'

/** Whose credentials a request was signed with. */
export interface Caller {
  /** `role`: somebody who has taken it on. */
  readonly kind: 'root' | 'user' | 'role'
  /** Of the user or the role; of the root, empty. */
  readonly name: string
  /** As GetCallerIdentity says it. */
  readonly arn: string
  readonly userId: string
  /** Of the user or the role that has the policies. */
  readonly principalArn: string
}

export interface KnownKey {
  readonly secretAccessKey: string
  /** Of temporary credentials, which are worth nothing without it. */
  readonly sessionToken?: string
  /** ISO 8601. */
  readonly expiration?: string
  readonly caller: Caller
}

/** What the region knows of an access key; undefined if nothing, or if it is out of use. */
export function knownKey(state: RegionState, root: Credentials, accessKeyId: string): KnownKey | undefined {
  if (accessKeyId === root.accessKeyId) return {secretAccessKey: root.secretAccessKey, caller: rootCaller(state)}
  const key = own(state.accessKeys, accessKeyId)
  const user = key?.status === 'Active' ? own(state.users, key.userName) : undefined
  if (key && user) {
    const arn = userArn(state, user)
    const caller: Caller = {kind: 'user', name: user.userName, arn, userId: user.userId, principalArn: arn}
    return {secretAccessKey: key.secretAccessKey, caller}
  }
  const session = own(state.sessions, accessKeyId)
  const role = session && own(state.roles, session.roleName)
  if (!session || !role) return undefined
  const caller: Caller = {
    kind: 'role',
    name: role.roleName,
    arn: sessionArn(state, session),
    userId: `${role.roleId}:${session.sessionName}`,
    principalArn: roleArn(state, role),
  }
  const {secretAccessKey, sessionToken, expiration} = session
  return {secretAccessKey, sessionToken, expiration, caller}
}

export function rootCaller(state: RegionState): Caller {
  const arn = rootArn(state)
  return {kind: 'root', name: '', arn, userId: state.accountId, principalArn: arn}
}
