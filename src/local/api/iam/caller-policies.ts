import type {PolicyHolder} from '../../iam-model.js'
import type {RegionState} from '../../model.js'
import {AWS_POLICIES} from './aws-policies.js'
import type {Caller} from './caller.js'
import {own} from './lookup.js'
import {parsePolicy, type Statement} from './policy-document.js'

/** A statement with where it is from, as SimulatePrincipalPolicy says it. */
export interface SourcedStatement {
  readonly statement: Statement
  /** `user_NAME_POLICY` of an inline policy, or the managed policy's name. */
  readonly sourceId: string
}

/** All that the policies of a caller say. The root has none and needs none. */
export function statementsOfCaller(state: RegionState, {kind, name}: Caller): readonly Statement[] {
  const holder = kind === 'user' ? own(state.users, name) : kind === 'role' ? own(state.roles, name) : undefined
  return holder === undefined ? [] : statementsOf(state, holder).map(({statement}) => statement)
}

/** All that the policies of a user or a role say. */
export function statementsOf(state: RegionState, holder: PolicyHolder): readonly SourcedStatement[] {
  const inline = Object.entries(holder.inlinePolicies)
  const managed = holder.attachedPolicies.flatMap((arn): [string, string][] => {
    const policy = own(state.policies, arn)
    const version = policy?.versions.find(({versionId}) => versionId === policy.defaultVersionId)
    const ofAws = own(AWS_POLICIES, arn)
    if (policy && version) return [[policy.policyName, version.document]]
    return ofAws ? [[ofAws.policyName, ofAws.document]] : []
  })
  return [...inline, ...managed].flatMap(([sourceId, text]) =>
    parsePolicy(text, 'identity').map(statement => ({statement, sourceId})),
  )
}
