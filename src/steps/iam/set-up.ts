import {awsCommand} from '../../aws/command-line.js'
import {operatorPolicy} from '../../aws/permissions/policy.js'
import {classOf, isNotFound} from '../../aws/errors.js'
import {MANAGED_TAG} from '../../aws/tags.js'
import {KhwError} from '../../errors.js'
import type {IamChange} from './change.js'
import {findPolicy, POLICY_NAME, type Account, type IamClients} from './operator-policy.js'

/** Who gets the policy. */
export interface Holder {
  readonly kind: 'user' | 'role'
  readonly name: string
}

export interface SetUpRequest {
  /** Undefined: who asks, if that is a user. */
  readonly holder: Holder | undefined
  /** The regions in which the policy holds; all, if there are none. */
  readonly regions: readonly string[]
  /** VPCs of others in which clusters may stand. */
  readonly vpcIds?: readonly string[]
  /** Clusters whose machines have a role for Session Manager. */
  readonly ssm?: boolean
}

/** Most versions of a policy at a time (IAM User Guide, "IAM and AWS STS quotas"). */
const VERSION_LIMIT = 5

/**
 * What is to be done so that the holder has the policy of `khw iam policy`; nothing, if it has. Changes nothing. Throws
 * USAGE if it is not clear whose the policy is to be, or if there is nobody of that name.
 */
export async function setUpChanges(
  clients: IamClients,
  account: Account,
  request: SetUpRequest,
): Promise<{readonly holder: Holder; readonly changes: readonly IamChange[]}> {
  const {iam} = clients
  const {policyArn: PolicyArn} = account
  const holder = request.holder ?? callerAsHolder(account)
  await checkHolder(iam, holder)
  const document = JSON.stringify(operatorPolicy(request))
  const found = await findPolicy(clients, account)
  const changes: IamChange[] = []
  if (found === undefined)
    changes.push({
      what: `create the policy ${POLICY_NAME}`,
      run: async () => {
        try {
          await iam.createPolicy({
            PolicyName: POLICY_NAME,
            Description: 'What khw needs to make and remove clusters',
            PolicyDocument: document,
            Tags: [{Key: MANAGED_TAG, Value: 'true'}],
          })
        } catch (error) {
          // There was none a moment ago: an answer was lost, and the client has asked once more.
          if (classOf(error) !== 'already-there') throw error
        }
      },
    })
  else if (!isSame(found.document, document)) {
    const [oldest] = found.otherVersions
    if (oldest !== undefined && found.otherVersions.length >= VERSION_LIMIT - 1)
      changes.push({
        what: `delete the oldest version (${oldest}) of the policy ${POLICY_NAME}, to make room`,
        run: async () => {
          await iam.deletePolicyVersion({PolicyArn, VersionId: oldest})
        },
      })
    const dropped = droppedVpcs(found.document, document)
    changes.push({
      what: `give the policy ${POLICY_NAME} a new version that counts${dropped}`,
      run: async () => {
        try {
          await clients.iamOnce.createPolicyVersion({PolicyArn, PolicyDocument: document, SetAsDefault: true})
        } catch (error) {
          // It may have been made: another call would make another one.
          if (classOf(error) !== 'ambiguous') throw error
          const now = await findPolicy(clients, account)
          if (now === undefined || !isSame(now.document, document)) throw error
        }
      },
    })
  }
  const {kind, name} = holder
  if (found === undefined || !(kind === 'user' ? found.users : found.roles).includes(name))
    changes.push({
      what: `attach the policy ${POLICY_NAME} to the ${kind} ${name}`,
      run: async () => {
        if (kind === 'user') await iam.attachUserPolicy({UserName: name, PolicyArn})
        else await iam.attachRolePolicy({RoleName: name, PolicyArn})
      },
    })
  return {holder, changes}
}

function callerAsHolder({callerArn}: Account): Holder {
  const [, name] = /^arn:[^:]+:iam::\d+:user\/(?:.*\/)?([^/]+)$/.exec(callerArn) ?? []
  if (name !== undefined) return {kind: 'user', name}
  throw new KhwError(
    'USAGE',
    `You are signed in as ${callerArn}, which is no user, so it is not clear who is to run khw.`,
    ['Name a user: khw iam setup --user NAME', 'Or a role: khw iam setup --role NAME'],
    {exit: 2},
  )
}

async function checkHolder(iam: IamClients['iam'], {kind, name}: Holder): Promise<void> {
  try {
    if (kind === 'user') await iam.getUser({UserName: name})
    else await iam.getRole({RoleName: name})
  } catch (error) {
    if (!isNotFound(error)) throw error
    const region = await iam.config.region()
    const parameter = kind === 'user' ? 'create-user --user-name' : 'create-role --role-name'
    throw new KhwError(
      'USAGE',
      `There is no ${kind} ${name} in this account.`,
      [
        `Create it: ${awsCommand(`iam ${parameter} ${name}`, region)}`,
        `List them: ${awsCommand(`iam list-${kind}s`, region)}`,
      ],
      {exit: 2, cause: error},
    )
  }
}

/** For who does not name them again: clusters in these VPCs could not be made any more, nor taken down. */
function droppedVpcs(before: string, after: string): string {
  const named = (document: string): Set<string> => new Set(document.match(/vpc-[0-9a-f]+/g) ?? [])
  const kept = named(after)
  const dropped = [...named(before)].filter(id => !kept.has(id))
  if (dropped.length === 0) return ''
  return `, which no longer allows clusters in ${dropped.join(', ')} (to keep that: ${dropped.map(id => `--vpc-id ${id}`).join(' ')})`
}

/** The same but for white space and the like. */
function isSame(a: string, b: string): boolean {
  try {
    return JSON.stringify(JSON.parse(a)) === JSON.stringify(JSON.parse(b))
  } catch {
    return false
  }
}
