import type {Tag} from '@aws-sdk/client-ec2'
import type {InstanceProfile, Role, Tag as IamTag} from '@aws-sdk/client-iam'
import type {ResourceClients} from './clients.js'
import {awsErrorCode, isNotFound} from './errors.js'
import type {Look} from './kinds.js'
import {CLUSTER_ID_TAG, tagValue} from './tags.js'

/** An instance profile, or a role, with its tags as those of EC2's resources are. */
type Tagged<T> = Omit<T, 'Tags'> & {readonly Tags: Tag[]}
export type KnownInstanceProfile = Tagged<InstanceProfile>
export type KnownRole = Tagged<Role>

/**
 * What the cluster's instance profile is called, and the role in it: IAM knows them by name, so that a second call makes no
 * second one. At most 64 characters.
 */
export function profileName(clusterId: string): string {
  return `khw-${clusterId.replaceAll('-', '')}`
}

/**
 * IAM is of all regions at once, and lists by path: a region's clusters are found by it, and a policy is bound to what is
 * below `/khw/`.
 */
export function profilePath(region: string): string {
  return `/khw/${region}/`
}

/** ARN of AWS's own policy for what a machine's agent of Systems Manager calls, in the partition of a role. */
export function sessionManagerPolicy(roleArn: string): string {
  const [, partition = 'aws'] = roleArn.split(':')
  return `arn:${partition}:iam::aws:policy/AmazonSSMManagedInstanceCore`
}

export function describeInstanceProfiles(
  from: ResourceClients,
  look: Look,
  signal: AbortSignal,
): Promise<readonly KnownInstanceProfile[]> {
  return described(from, look, signal, async InstanceProfileName => {
    const {InstanceProfile} = await from.iam.getInstanceProfile({InstanceProfileName}, {abortSignal: signal})
    return InstanceProfile
  })
}

export function describeRoles(from: ResourceClients, look: Look, signal: AbortSignal): Promise<readonly KnownRole[]> {
  return described(from, look, signal, async RoleName => {
    const {Role: role} = await from.iam.getRole({RoleName}, {abortSignal: signal})
    return role
  })
}

/** The lists of IAM are without tags: each is asked for by its name. */
async function described<T extends {Tags?: IamTag[] | undefined}>(
  from: ResourceClients,
  look: Look,
  signal: AbortSignal,
  ask: (name: string) => Promise<T | undefined>,
): Promise<readonly Tagged<T>[]> {
  // Who may not look has made none, unless it is known that there is one.
  const isPassed = (error: unknown): boolean => isNotFound(error) || (!isExpected(look) && isDenied(error))
  const unlessPassed = async <R>(get: () => Promise<R>): Promise<R | undefined> => {
    try {
      return await get()
    } catch (error) {
      if (isPassed(error)) return undefined
      throw error
    }
  }
  const names = (await unlessPassed(() => namesOf(from, look, signal))) ?? []
  const found = await Promise.all(names.map(name => unlessPassed(() => ask(name))))
  return found
    .flatMap(each => (each === undefined ? [] : {...each, Tags: each.Tags ?? []}))
    .filter(({Tags}) => {
      const id = tagValue(Tags, CLUSTER_ID_TAG)
      return 'clusterId' in look ? id === look.clusterId : id !== undefined
    })
}

/** Role and profile have one name, and there is no role without a profile: it is made after it, and removed before. */
async function namesOf({iam}: ResourceClients, look: Look, signal: AbortSignal): Promise<readonly string[]> {
  if ('clusterId' in look) return look.ssm === false ? [] : [profileName(look.clusterId)]
  // They stand in no VPC.
  if ('vpcIds' in look) return []
  const names: string[] = []
  const PathPrefix = profilePath(await iam.config.region())
  let Marker: string | undefined
  do {
    const input = {PathPrefix, ...(Marker === undefined ? {} : {Marker})}
    const page = await iam.listInstanceProfiles(input, {abortSignal: signal})
    names.push(...(page.InstanceProfiles ?? []).flatMap(({InstanceProfileName}) => InstanceProfileName ?? []))
    Marker = page.IsTruncated === true ? page.Marker : undefined
  } while (Marker)
  return names
}

function isExpected(look: Look): boolean {
  return 'clusterId' in look && look.ssm === true
}

function isDenied(error: unknown): boolean {
  return /^AccessDenied(Exception)?$/.test(awsErrorCode(error) ?? '')
}
