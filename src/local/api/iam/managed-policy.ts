import type {ManagedPolicy} from '../../iam-model.js'
import type {RegionState} from '../../model.js'
import {queryAction} from '../action.js'
import {tagList} from '../tag-specifications.js'
import type {XmlElement} from '../xml.js'
import {policyArn} from './arns.js'
import {AWS_POLICIES, type AwsPolicy} from './aws-policies.js'
import {lookUpPolicy, own} from './lookup.js'
import {alreadyExists, deleteConflict, iamId, nameOf, pathOf} from './names.js'
import {iamList, iamPage} from './paging.js'
import {checkLength, policyLength, policyText} from './policy-text.js'
import {tagMembers} from './tags.js'

/** Most characters of a managed policy (IAM User Guide, "IAM and AWS STS quotas"). */
export const POLICY_SIZE = 6_144

/** Policies of AWS's have been as they are for a long time. */
const LONG_AGO = '2019-03-15T17:22:12Z'

export const managedPolicyActions = [
  queryAction(
    'CreatePolicy',
    parameters => ({
      policyName: nameOf(parameters, 'PolicyName', 128),
      path: pathOf(parameters),
      description: parameters.optional('Description'),
      document: policyText(parameters, 'PolicyDocument'),
      tags: tagList(parameters, 'Tags'),
    }),
    ({policyName, path, description, document, tags}, region) =>
      region.store.change(state => {
        checkLength('PolicySize', policyLength(document), POLICY_SIZE)
        const twin = Object.values(state.policies).some(other => other.policyName === policyName)
        if (twin) throw alreadyExists(`A policy called ${policyName} already exists. Duplicate names are not allowed.`)
        const createDate = region.now().toISOString()
        const policy: ManagedPolicy = {
          policyArn: policyArn(state, path, policyName),
          policyName,
          policyId: iamId('ANPA'),
          path,
          createDate,
          updateDate: createDate,
          ...(description === undefined ? {} : {description}),
          defaultVersionId: 'v1',
          versions: [{versionId: 'v1', document, createDate}],
          lastVersion: 1,
          tags,
        }
        state.policies[policy.policyArn] = policy
        return {Policy: describePolicy(state, policy)}
      }),
  ),
  queryAction(
    'GetPolicy',
    parameters => parameters.required('PolicyArn'),
    (arn, {store: {state}}) => {
      const ofAws = own(AWS_POLICIES, arn)
      return {Policy: ofAws ? describeAwsPolicy(state, ofAws) : describePolicy(state, lookUpPolicy(state, arn))}
    },
  ),
  queryAction(
    'ListPolicies',
    parameters => ({
      scope: parameters.optional('Scope') ?? 'All',
      onlyAttached: parameters.flag('OnlyAttached') ?? false,
      prefix: parameters.optional('PathPrefix') ?? '/',
      page: iamPage(parameters),
    }),
    ({scope, onlyAttached, prefix, page}, {store: {state}}) => {
      const ofAws = Object.values(AWS_POLICIES).map(policy => ({...policy, path: '/'}))
      const all = [...(scope === 'AWS' ? [] : Object.values(state.policies)), ...(scope === 'Local' ? [] : ofAws)]
      const asked = all
        .filter(({path}) => path.startsWith(prefix))
        .filter(({policyArn}) => !onlyAttached || attachmentsOf(state, policyArn).length > 0)
      return iamList('Policies', asked, page, {
        idOf: policy => policy.policyArn,
        show: policy => ('versions' in policy ? describePolicy(state, policy) : describeAwsPolicy(state, policy)),
      })
    },
  ),
  queryAction(
    'DeletePolicy',
    parameters => parameters.required('PolicyArn'),
    async (arn, region) => {
      await region.store.change(state => {
        const policy = lookUpPolicy(state, arn)
        if (attachmentsOf(state, arn).length > 0) throw deleteConflict('Cannot delete a policy attached to entities.')
        if (policy.versions.length > 1)
          throw deleteConflict(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
          )
        Reflect.deleteProperty(state.policies, arn)
      })
      return {}
    },
  ),
  queryAction(
    'ListEntitiesForPolicy',
    parameters => {
      parameters.ignore('EntityFilter', 'PathPrefix', 'PolicyUsageFilter', 'MaxItems', 'Marker')
      return parameters.required('PolicyArn')
    },
    (arn, {store: {state}}) => {
      if (!own(AWS_POLICIES, arn)) lookUpPolicy(state, arn)
      const attached = attachmentsOf(state, arn)
      return {
        PolicyGroups: [],
        PolicyUsers: attached.flatMap(({user}) => (user ? {UserName: user.userName, UserId: user.userId} : [])),
        PolicyRoles: attached.flatMap(({role}) => (role ? {RoleName: role.roleName, RoleId: role.roleId} : [])),
        IsTruncated: false,
      }
    },
  ),
]

/** Who has the policy attached. */
function attachmentsOf(state: RegionState, arn: string) {
  return [
    ...Object.values(state.users).flatMap(user => (user.attachedPolicies.includes(arn) ? {user, role: undefined} : [])),
    ...Object.values(state.roles).flatMap(role => (role.attachedPolicies.includes(arn) ? {user: undefined, role} : [])),
  ]
}

function describePolicy(state: RegionState, policy: ManagedPolicy): XmlElement {
  return {
    PolicyName: policy.policyName,
    PolicyId: policy.policyId,
    Arn: policy.policyArn,
    Path: policy.path,
    DefaultVersionId: policy.defaultVersionId,
    AttachmentCount: attachmentsOf(state, policy.policyArn).length,
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    Description: policy.description,
    CreateDate: policy.createDate,
    UpdateDate: policy.updateDate,
    Tags: tagMembers(policy.tags),
  }
}

function describeAwsPolicy(state: RegionState, {policyArn, policyName, policyId}: AwsPolicy): XmlElement {
  return {
    PolicyName: policyName,
    PolicyId: policyId,
    Arn: policyArn,
    Path: '/',
    DefaultVersionId: 'v1',
    AttachmentCount: attachmentsOf(state, policyArn).length,
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    CreateDate: LONG_AGO,
    UpdateDate: LONG_AGO,
  }
}
