import {randomBytes} from 'node:crypto'
import type {IamRole, RoleSession} from '../../iam-model.js'
import {queryAction} from '../action.js'
import {ApiError} from '../api-error.js'
import type {Region} from '../region.js'
import {AccessContext} from './access-context.js'
import {callerContext} from './caller-context.js'
import {roleArn, rootArn, sessionArn} from './arns.js'
import type {Caller} from './caller.js'
import {openDenial} from './denial-message.js'
import {evaluate} from './evaluate.js'
import {checkedName, drawKeyId} from './names.js'
import {parsePolicy, type Principal} from './policy-document.js'

/** STS: who a caller is, and who it may become. */
export const stsActions = [
  queryAction(
    'GetCallerIdentity',
    () => undefined,
    (_, {caller, store: {state}}) => ({Arn: caller.arn, UserId: caller.userId, Account: state.accountId}),
  ),
  queryAction(
    'AssumeRole',
    parameters => {
      const seconds = parameters.integer('DurationSeconds') ?? 3600
      return {
        arn: parameters.required('RoleArn'),
        sessionName: checkedName(parameters.required('RoleSessionName'), 'RoleSessionName'),
        seconds,
      }
    },
    async ({arn, sessionName, seconds}, region) => {
      const role = Object.values(region.store.state.roles).find(item => roleArn(region.store.state, item) === arn)
      if (role === undefined || !trusts(role, region)) throw notAllowed(region.caller, arn)
      if (seconds < 900 || seconds > role.maxSessionDuration)
        throw new ApiError(
          'ValidationError',
          'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
        )
      const session: RoleSession = {
        accessKeyId: drawKeyId('ASIA'),
        secretAccessKey: randomBytes(30).toString('base64'),
        sessionToken: randomBytes(192).toString('base64'),
        roleName: role.roleName,
        sessionName,
        expiration: new Date(region.now().getTime() + seconds * 1000).toISOString(),
      }
      await region.store.change(draft => {
        forgetExpired(draft.sessions, region.now())
        draft.sessions[session.accessKeyId] = session
      })
      const {accessKeyId, secretAccessKey, sessionToken, expiration} = session
      return {
        Credentials: {
          AccessKeyId: accessKeyId,
          SecretAccessKey: secretAccessKey,
          SessionToken: sessionToken,
          Expiration: expiration,
        },
        AssumedRoleUser: {AssumedRoleId: `${role.roleId}:${sessionName}`, Arn: sessionArn(region.store.state, session)},
      }
    },
  ),
  queryAction(
    'DecodeAuthorizationMessage',
    parameters => parameters.required('EncodedMessage'),
    encoded => ({DecodedMessage: openDenial(encoded)}),
  ),
]

/** Whether the role's own policy lets the caller take it on. */
function trusts(role: IamRole, region: Region): boolean {
  const {caller, store} = region
  const statements = parsePolicy(role.assumeRolePolicyDocument, 'trust').filter(({principals}) =>
    principals.some(principal => isMeant(principal, caller, store.state.accountId)),
  )
  const common = callerContext(region)
  const context = new AccessContext(common, Object.keys(common))
  return evaluate(statements, {action: 'sts:AssumeRole', resource: roleArn(store.state, role), context}) === 'allowed'
}

/** A policy that names the account or its root means everybody in it. */
function isMeant({type, id}: Principal, caller: Caller, accountId: string): boolean {
  if (type === '*') return true
  if (type !== 'AWS') return false
  return ['*', accountId, rootArn({accountId}), caller.arn, caller.principalArn].includes(id)
}

function notAllowed(caller: Caller, arn: string): ApiError {
  return new ApiError(
    'AccessDenied',
    `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
    403,
  )
}

function forgetExpired(sessions: Record<string, RoleSession>, now: Date): void {
  for (const [id, {expiration}] of Object.entries(sessions))
    // Kept for an hour more, so that a late call is told what is wrong.
    if (now.getTime() - Date.parse(expiration) > 3_600_000) Reflect.deleteProperty(sessions, id)
}
