import type {RegionState, Tag} from '../../../model.js'
import {Parameters} from '../../parameters.js'
import type {Region} from '../../region.js'
import {instanceProfileArn, policyArn, roleArn, userArn} from '../arns.js'
import {own} from '../lookup.js'
import {passedRole} from './passed-role.js'
import {requestTags, resourceTags, tagKeys, type Touched} from './touched.js'

interface Named {
  readonly arn: string
  readonly tags: readonly Tag[] | undefined
}

/** Calls that make what they name, which therefore has no tags yet but those of the request. */
const MAKES = ['CreateUser', 'CreateRole', 'CreatePolicy', 'CreateInstanceProfile']

/**
 * A call of IAM as policies see it (Service Authorization Reference, "AWS Identity and Access Management"): about the one
 * entity that it changes. A call that attaches a policy is about who gets it.
 */
export function iamAccess(operation: string, form: URLSearchParams, region: Region): readonly Touched[] {
  const parameters = Parameters.fromQueryForm(form)
  const {state} = region.store
  const named = namedBy(operation, parameters, state, region)
  const tags = parameters
    .groups('Tags')
    .map(tag => ({key: tag.optional('Key') ?? '', value: tag.optional('Value') ?? ''}))
  const keys = parameters.list('TagKeys')
  const attached = /^(Attach|Detach)(User|Role)Policy$/.test(operation) ? parameters.optional('PolicyArn') : undefined
  const values = {
    ...requestTags(tags),
    ...(keys.length === 0 ? {} : {'aws:TagKeys': keys}),
    ...(MAKES.includes(operation) ? {} : resourceTags(named?.tags ?? [], 'iam')),
    'iam:PolicyARN': attached,
    'iam:AWSServiceName': operation === 'CreateServiceLinkedRole' ? parameters.optional('AWSServiceName') : undefined,
  }
  return [
    {action: `iam:${operation}`, resource: named?.arn ?? '*', values, known: [...tagKeys('iam'), 'iam:PolicyARN']},
    // Whoever may launch machines with the profile passes the role on to them.
    ...(operation === 'AddRoleToInstanceProfile' ? passedRole(parameters.optional('RoleName'), state) : []),
  ]
}

function namedBy(operation: string, parameters: Parameters, state: RegionState, region: Region): Named | undefined {
  const path = parameters.optional('Path') ?? '/'
  const userName = parameters.optional('UserName')
  const roleName = parameters.optional('RoleName')
  const policyName = parameters.optional('PolicyName')
  const profile = parameters.optional('InstanceProfileName')
  const service = parameters.optional('AWSServiceName')
  if (operation === 'CreateServiceLinkedRole')
    return {arn: `${roleArn(state, {path: `/aws-service-role/${service ?? ''}/`, roleName: ''})}*`, tags: []}
  if (operation === 'CreatePolicy') return {arn: policyArn(state, path, policyName ?? ''), tags: []}
  if (operation === 'SimulatePrincipalPolicy')
    return {arn: parameters.optional('PolicySourceArn') ?? '*', tags: undefined}
  if (profile !== undefined) {
    const found = own(state.instanceProfiles, profile)
    return {arn: instanceProfileArn(state, found ?? {path, instanceProfileName: profile}), tags: found?.tags}
  }
  if (userName !== undefined) {
    const found = own(state.users, userName)
    return {arn: userArn(state, found ?? {path, userName}), tags: found?.tags}
  }
  if (roleName !== undefined) {
    const found = own(state.roles, roleName)
    return {arn: roleArn(state, found ?? {path, roleName}), tags: found?.tags}
  }
  const arn = parameters.optional('PolicyArn')
  if (arn !== undefined) return {arn, tags: own(state.policies, arn)?.tags}
  // What can be about the caller is about the caller if it names nobody.
  const aboutCaller = /^(GetUser|CreateAccessKey|ListAccessKeys|UpdateAccessKey|DeleteAccessKey)$/.test(operation)
  return aboutCaller && region.caller.kind === 'user' ? {arn: region.caller.arn, tags: undefined} : undefined
}
