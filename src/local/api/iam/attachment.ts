import type {RegionState} from '../../model.js'
import type {Action} from '../action.js'
import {queryAction} from '../action.js'
import {AWS_POLICIES} from './aws-policies.js'
import {HOLDERS} from './holders.js'
import {own} from './lookup.js'
import {limitExceeded, noSuchEntity} from './names.js'
import {iamList, iamPage} from './paging.js'

/** Most managed policies of one user or role. */
const ATTACHMENT_LIMIT = 10

/** AttachUserPolicy, DetachUserPolicy, ListAttachedUserPolicies, and the same of roles. */
export const attachmentActions: readonly Action[] = HOLDERS.flatMap(({name, parameter, lookUp}) => [
  queryAction(
    `Attach${name}Policy`,
    parameters => ({holder: parameters.required(parameter), arn: parameters.required('PolicyArn')}),
    async ({holder, arn}, region) => {
      await region.store.change(state => {
        const {attachedPolicies} = lookUp(state, holder)
        if (policyNameOf(state, arn) === undefined)
          throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`)
        // What is attached already is attached.
        if (attachedPolicies.includes(arn)) return
        if (attachedPolicies.length >= ATTACHMENT_LIMIT)
          throw limitExceeded(`Cannot exceed quota for PoliciesPer${name}: ${ATTACHMENT_LIMIT}`)
        attachedPolicies.push(arn)
      })
      return {}
    },
  ),
  queryAction(
    `Detach${name}Policy`,
    parameters => ({holder: parameters.required(parameter), arn: parameters.required('PolicyArn')}),
    async ({holder, arn}, region) => {
      await region.store.change(state => {
        const entity = lookUp(state, holder)
        if (!entity.attachedPolicies.includes(arn)) throw noSuchEntity(`Policy ${arn} was not found.`)
        entity.attachedPolicies = entity.attachedPolicies.filter(other => other !== arn)
      })
      return {}
    },
  ),
  queryAction(
    `ListAttached${name}Policies`,
    parameters => {
      parameters.ignore('PathPrefix')
      return {holder: parameters.required(parameter), page: iamPage(parameters)}
    },
    ({holder, page}, {store: {state}}) =>
      iamList('AttachedPolicies', lookUp(state, holder).attachedPolicies, page, {
        idOf: String,
        show: arn => ({PolicyName: policyNameOf(state, arn), PolicyArn: arn}),
      }),
  ),
])

function policyNameOf(state: RegionState, arn: string): string | undefined {
  return (own(state.policies, arn) ?? own(AWS_POLICIES, arn))?.policyName
}
