import type {IamRole, IamUser, InstanceProfile, ManagedPolicy} from '../../iam-model.js'
import type {RegionState} from '../../model.js'
import {noSuchEntity} from './names.js'

/** Each throws NoSuchEntity. */
export function lookUpUser(state: RegionState, name: string): IamUser {
  return own(state.users, name) ?? fail(`The user with name ${name} cannot be found.`)
}

export function lookUpRole(state: RegionState, name: string): IamRole {
  return own(state.roles, name) ?? fail(`The role with name ${name} cannot be found.`)
}

export function lookUpInstanceProfile(state: RegionState, name: string): InstanceProfile {
  return own(state.instanceProfiles, name) ?? fail(`Instance Profile ${name} cannot be found.`)
}

/** A customer managed one: those of AWS itself cannot be changed. */
export function lookUpPolicy(state: RegionState, arn: string): ManagedPolicy {
  return own(state.policies, arn) ?? fail(`Policy ${arn} was not found.`)
}

/** The record of that very key; nothing of what all objects have. */
export function own<T>(records: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(records, key) ? records[key] : undefined
}

function fail(message: string): never {
  throw noSuchEntity(message)
}
