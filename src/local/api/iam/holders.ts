import type {PolicyHolder} from '../../iam-model.js'
import type {RegionState, Tagged} from '../../model.js'
import {lookUpRole, lookUpUser} from './lookup.js'

/** The two kinds that have policies and tags alike, so that their actions differ by a word. */
export interface HolderKind {
  readonly name: 'User' | 'Role'
  /** Of the parameter that names one. */
  readonly parameter: 'UserName' | 'RoleName'
  readonly lookUp: (state: RegionState, name: string) => PolicyHolder & Tagged
  /** Most characters of all inline policies together, white space not counted. */
  readonly inlineLimit: number
}

/** Limits: IAM User Guide, "IAM and AWS STS quotas". */
export const HOLDERS: readonly HolderKind[] = [
  {name: 'User', parameter: 'UserName', lookUp: lookUpUser, inlineLimit: 2_048},
  {name: 'Role', parameter: 'RoleName', lookUp: lookUpRole, inlineLimit: 10_240},
]
