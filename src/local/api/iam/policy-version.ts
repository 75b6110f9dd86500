import type {ManagedPolicy, PolicyVersion} from '../../iam-model.js'
import {queryAction} from '../action.js'
import {AWS_POLICIES} from './aws-policies.js'
import {lookUpPolicy, own} from './lookup.js'
import {POLICY_SIZE} from './managed-policy.js'
import {deleteConflict, limitExceeded, noSuchEntity} from './names.js'
import {iamList, iamPage} from './paging.js'
import {checkLength, encodedPolicy, policyLength, policyText} from './policy-text.js'
import type {XmlElement} from '../xml.js'

/** Most versions that a policy has at a time. */
const VERSION_LIMIT = 5

export const policyVersionActions = [
  queryAction(
    'CreatePolicyVersion',
    parameters => ({
      arn: parameters.required('PolicyArn'),
      document: policyText(parameters, 'PolicyDocument'),
      isDefault: parameters.flag('SetAsDefault') ?? false,
    }),
    ({arn, document, isDefault}, region) =>
      region.store.change(state => {
        const policy = lookUpPolicy(state, arn)
        checkLength('PolicySize', policyLength(document), POLICY_SIZE)
        if (policy.versions.length >= VERSION_LIMIT)
          throw limitExceeded(
            `A managed policy can have up to ${VERSION_LIMIT} versions. Before you create a new version, you must delete an existing version.`,
          )
        policy.lastVersion += 1
        const createDate = region.now().toISOString()
        const version = {versionId: `v${policy.lastVersion}`, document, createDate}
        policy.versions.push(version)
        policy.updateDate = createDate
        if (isDefault) policy.defaultVersionId = version.versionId
        return {PolicyVersion: describeVersion(policy, version)}
      }),
  ),
  queryAction(
    'GetPolicyVersion',
    parameters => ({arn: parameters.required('PolicyArn'), versionId: parameters.required('VersionId')}),
    ({arn, versionId}, {store: {state}}) => {
      const ofAws = own(AWS_POLICIES, arn)
      if (ofAws && versionId === 'v1')
        return {
          PolicyVersion: {Document: encodedPolicy(ofAws.document), VersionId: 'v1', IsDefaultVersion: true},
        }
      const policy = lookUpPolicy(state, arn)
      const version = versionOf(policy, versionId)
      return {PolicyVersion: {Document: encodedPolicy(version.document), ...describeVersion(policy, version)}}
    },
  ),
  queryAction(
    'ListPolicyVersions',
    parameters => ({arn: parameters.required('PolicyArn'), page: iamPage(parameters)}),
    ({arn, page}, {store: {state}}) => {
      if (own(AWS_POLICIES, arn)) return {Versions: [{VersionId: 'v1', IsDefaultVersion: true}], IsTruncated: false}
      const policy = lookUpPolicy(state, arn)
      return iamList('Versions', policy.versions, page, {
        idOf: version => version.versionId,
        show: version => describeVersion(policy, version),
      })
    },
  ),
  queryAction(
    'SetDefaultPolicyVersion',
    parameters => ({arn: parameters.required('PolicyArn'), versionId: parameters.required('VersionId')}),
    async ({arn, versionId}, region) => {
      await region.store.change(state => {
        const policy = lookUpPolicy(state, arn)
        policy.defaultVersionId = versionOf(policy, versionId).versionId
      })
      return {}
    },
  ),
  queryAction(
    'DeletePolicyVersion',
    parameters => ({arn: parameters.required('PolicyArn'), versionId: parameters.required('VersionId')}),
    async ({arn, versionId}, region) => {
      await region.store.change(state => {
        const policy = lookUpPolicy(state, arn)
        const version = versionOf(policy, versionId)
        if (versionId === policy.defaultVersionId)
          throw deleteConflict('Cannot delete the default version of a policy.')
        policy.versions = policy.versions.filter(other => other !== version)
      })
      return {}
    },
  ),
]

function versionOf({policyArn, versions}: ManagedPolicy, versionId: string): PolicyVersion {
  const version = versions.find(candidate => candidate.versionId === versionId)
  if (version) return version
  throw noSuchEntity(`Policy ${policyArn} version ${versionId} does not exist or is not attachable.`)
}

function describeVersion(policy: ManagedPolicy, {versionId, createDate}: PolicyVersion): XmlElement {
  return {VersionId: versionId, IsDefaultVersion: versionId === policy.defaultVersionId, CreateDate: createDate}
}
