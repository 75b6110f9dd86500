import {awsCommand} from '../../aws/command-line.js'
import type {AwsClients} from '../../aws/clients.js'
import {isNotFound} from '../../aws/errors.js'
import {required} from '../../aws/required.js'
import {MANAGED_TAG} from '../../aws/tags.js'
import {KhwError} from '../../errors.js'

/** Name of the policy that khw keeps in an account. */
export const POLICY_NAME = 'khw-operator'

/** Clients of what `khw iam` works with. */
export type IamClients = Pick<AwsClients, 'iam' | 'iamOnce' | 'sts'>

/** Who does it, and where: an account, and the partition of AWS it is in (`aws`, `aws-cn`). */
export interface Account {
  readonly callerArn: string
  readonly accountId: string
  readonly policyArn: string
}

/** The policy as it is in the account. */
export interface FoundPolicy {
  /** Of the version that counts, as IAM has it. */
  readonly document: string
  /** All but the one that counts, the oldest first. */
  readonly otherVersions: readonly string[]
  readonly users: readonly string[]
  readonly roles: readonly string[]
  readonly groups: readonly string[]
}

export async function signedInAccount({sts}: IamClients): Promise<Account> {
  const {Arn, Account: account} = await sts.getCallerIdentity({})
  const callerArn = required(Arn, 'Arn')
  const accountId = required(account, 'Account')
  const partition = callerArn.split(':')[1] ?? 'aws'
  return {callerArn, accountId, policyArn: `arn:${partition}:iam::${accountId}:policy/${POLICY_NAME}`}
}

/** Undefined if there is none. Throws AWS_ERROR if there is one of that name that is somebody else's. */
export async function findPolicy({iam}: IamClients, {policyArn: PolicyArn}: Account): Promise<FoundPolicy | undefined> {
  const found = await iam.getPolicy({PolicyArn}).catch((error: unknown) => {
    if (isNotFound(error)) return undefined
    throw error
  })
  if (found === undefined) return undefined
  const {DefaultVersionId, Tags = []} = required(found.Policy, 'Policy')
  if (!Tags.some(({Key, Value}) => Key === MANAGED_TAG && Value === 'true'))
    throw new KhwError(
      'AWS_ERROR',
      `The policy ${PolicyArn} is there already, but khw has not made it: it lacks the tag ${MANAGED_TAG}.`,
      [
        `Rename or delete it, if it is of no use: ${awsCommand(`iam delete-policy --policy-arn ${PolicyArn}`, await iam.config.region())}`,
      ],
    )
  const [version, versions, attached] = await Promise.all([
    iam.getPolicyVersion({PolicyArn, VersionId: required(DefaultVersionId, 'DefaultVersionId')}),
    iam.listPolicyVersions({PolicyArn}),
    allEntities(iam, PolicyArn),
  ])
  const others = (versions.Versions ?? []).filter(({IsDefaultVersion}) => IsDefaultVersion !== true)
  return {
    document: decodeURIComponent(required(version.PolicyVersion?.Document, 'Document')),
    otherVersions: others.flatMap(({VersionId}) => VersionId ?? []).sort((a, b) => numberOf(a) - numberOf(b)),
    ...attached,
  }
}

async function allEntities(
  iam: IamClients['iam'],
  PolicyArn: string,
): Promise<Pick<FoundPolicy, 'users' | 'roles' | 'groups'>> {
  const found = {users: [] as string[], roles: [] as string[], groups: [] as string[]}
  let Marker: string | undefined
  do {
    const page = await iam.listEntitiesForPolicy({PolicyArn, ...(Marker === undefined ? {} : {Marker})})
    found.users.push(...(page.PolicyUsers ?? []).flatMap(({UserName}) => UserName ?? []))
    found.roles.push(...(page.PolicyRoles ?? []).flatMap(({RoleName}) => RoleName ?? []))
    found.groups.push(...(page.PolicyGroups ?? []).flatMap(({GroupName}) => GroupName ?? []))
    Marker = page.IsTruncated === true ? page.Marker : undefined
  } while (Marker !== undefined)
  return found
}

/** 12 of `v12`. */
function numberOf(versionId: string): number {
  return Number(versionId.slice(1))
}
