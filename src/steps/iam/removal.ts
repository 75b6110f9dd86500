import {isNotFound} from '../../aws/errors.js'
import type {IamChange} from './change.js'
import {findPolicy, POLICY_NAME, type Account, type IamClients} from './operator-policy.js'

/** What is to be done so that nothing of `khw iam setup` is left in the account; nothing, if nothing is. Changes nothing. */
export async function removalChanges(clients: IamClients, account: Account): Promise<readonly IamChange[]> {
  const {iam} = clients
  const {policyArn: PolicyArn} = account
  const found = await findPolicy(clients, account)
  if (found === undefined) return []
  const detachments = [
    ...found.users.map(name => detach('user', name, () => iam.detachUserPolicy({UserName: name, PolicyArn}))),
    ...found.roles.map(name => detach('role', name, () => iam.detachRolePolicy({RoleName: name, PolicyArn}))),
    ...found.groups.map(name => detach('group', name, () => iam.detachGroupPolicy({GroupName: name, PolicyArn}))),
  ]
  const versions = found.otherVersions.map(VersionId =>
    change(`delete the version ${VersionId} of the policy ${POLICY_NAME}`, () =>
      iam.deletePolicyVersion({PolicyArn, VersionId}),
    ),
  )
  const policy = change(`delete the policy ${POLICY_NAME}`, () => iam.deletePolicy({PolicyArn}))
  return [...detachments, ...versions, policy]
}

function detach(kind: string, name: string, call: () => Promise<unknown>): IamChange {
  return change(`detach the policy ${POLICY_NAME} from the ${kind} ${name}`, call)
}

/** What is gone already is removed. */
function change(what: string, call: () => Promise<unknown>): IamChange {
  return {
    what,
    run: async () => {
      try {
        await call()
      } catch (error) {
        if (!isNotFound(error)) throw error
      }
    },
  }
}
