import type {Action} from '../action.js'
import {queryAction} from '../action.js'
import {HOLDERS} from './holders.js'
import {own} from './lookup.js'
import {nameOf, noSuchEntity} from './names.js'
import {iamList, iamPage} from './paging.js'
import {checkLength, encodedPolicy, policyLength, policyText} from './policy-text.js'

/** PutUserPolicy, GetUserPolicy, ListUserPolicies, DeleteUserPolicy, and the same of roles. */
export const inlinePolicyActions: readonly Action[] = HOLDERS.flatMap(({name, parameter, lookUp, inlineLimit}) => [
  queryAction(
    `Put${name}Policy`,
    parameters => ({
      holder: parameters.required(parameter),
      policyName: nameOf(parameters, 'PolicyName', 128),
      document: policyText(parameters, 'PolicyDocument'),
    }),
    async ({holder, policyName, document}, region) => {
      await region.store.change(state => {
        const {inlinePolicies} = lookUp(state, holder)
        inlinePolicies[policyName] = document
        const length = Object.values(inlinePolicies).reduce((sum, text) => sum + policyLength(text), 0)
        checkLength(`${name.toLowerCase()} policy size`, length, inlineLimit)
      })
      return {}
    },
  ),
  queryAction(
    `Get${name}Policy`,
    parameters => ({holder: parameters.required(parameter), policyName: parameters.required('PolicyName')}),
    ({holder, policyName}, {store: {state}}) => {
      const document = own(lookUp(state, holder).inlinePolicies, policyName)
      if (document === undefined) throw notFound(name, policyName)
      return {[parameter]: holder, PolicyName: policyName, PolicyDocument: encodedPolicy(document)}
    },
  ),
  queryAction(
    `List${name}Policies`,
    parameters => ({holder: parameters.required(parameter), page: iamPage(parameters)}),
    ({holder, page}, {store: {state}}) =>
      iamList('PolicyNames', Object.keys(lookUp(state, holder).inlinePolicies), page, {idOf: String, show: String}),
  ),
  queryAction(
    `Delete${name}Policy`,
    parameters => ({holder: parameters.required(parameter), policyName: parameters.required('PolicyName')}),
    async ({holder, policyName}, region) => {
      await region.store.change(state => {
        const {inlinePolicies} = lookUp(state, holder)
        if (own(inlinePolicies, policyName) === undefined) throw notFound(name, policyName)
        Reflect.deleteProperty(inlinePolicies, policyName)
      })
      return {}
    },
  ),
])

function notFound(holder: string, policyName: string): Error {
  return noSuchEntity(`The ${holder.toLowerCase()} policy with name ${policyName} cannot be found.`)
}
