import type {Instance, RegionState} from '../../model.js'
import {action} from '../action.js'
import {ApiError, invalidValue, missingParameter} from '../api-error.js'
import {filtersOf, matcher} from '../filters.js'
import {instanceProfileArn} from '../iam/arns.js'
import {pageOf, pageRequest} from '../listing.js'
import type {Parameters} from '../parameters.js'
import {newId} from '../resource-kinds.js'
import type {XmlElement} from '../xml.js'
import {lookUpInstance} from './instance-lookup.js'

/** An instance profile as calls name it: by its name or by its ARN. */
export interface ProfileRequest {
  readonly name: string | undefined
  readonly arn: string | undefined
}

type Association = NonNullable<Instance['iamInstanceProfile']>

/** Reads `IamInstanceProfile`; undefined if there is none. Throws InvalidParameterCombination. */
export function profileRequest(parameters: Parameters): ProfileRequest | undefined {
  const given = parameters.group('IamInstanceProfile')
  if (given === undefined) return undefined
  const request = {name: given.optional('Name'), arn: given.optional('Arn')}
  if (request.name !== undefined && request.arn !== undefined)
    throw new ApiError(
      'InvalidParameterCombination',
      "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'",
    )
  return request
}

/** Throws InvalidParameterValue for a profile that is not there, or that has no role. */
export function newAssociation(state: RegionState, {name, arn}: ProfileRequest): Association {
  const profile = Object.values(state.instanceProfiles).find(
    candidate => candidate.instanceProfileName === name || instanceProfileArn(state, candidate) === arn,
  )
  if (profile === undefined)
    throw name === undefined
      ? invalidValue(arn ?? '', 'iamInstanceProfile.arn', 'Invalid IAM Instance Profile ARN')
      : invalidValue(name, 'iamInstanceProfile.name', 'Invalid IAM Instance Profile name')
  const found = instanceProfileArn(state, profile)
  if (profile.roleName === undefined)
    throw new ApiError('InvalidParameterValue', `IAM Instance Profile "${found}" has no associated IAM Roles`)
  return {associationId: newId('iip-assoc'), arn: found, id: profile.instanceProfileId}
}

export function describeProfile(association: Association | undefined): XmlElement | undefined {
  return association && {arn: association.arn, id: association.id}
}

export const iamInstanceProfileActions = [
  action(
    'AssociateIamInstanceProfile',
    parameters => ({instanceId: parameters.required('InstanceId'), profile: requiredProfile(parameters)}),
    async ({instanceId, profile}, region) => {
      const instance = await region.store.change(state => {
        const found = lookUpInstance(state, instanceId, region.now())
        if (found.iamInstanceProfile !== undefined)
          throw new ApiError('IncorrectState', `There is an existing association for instance ${instanceId}`)
        found.iamInstanceProfile = newAssociation(state, profile)
        return found
      })
      return {iamInstanceProfileAssociation: describeAssociation(instance, 'associating')}
    },
  ),
  action(
    'ReplaceIamInstanceProfileAssociation',
    parameters => ({associationId: parameters.required('AssociationId'), profile: requiredProfile(parameters)}),
    async ({associationId, profile}, region) => {
      const instance = await region.store.change(state => {
        const found = instanceOf(state, associationId)
        found.iamInstanceProfile = newAssociation(state, profile)
        return found
      })
      return {iamInstanceProfileAssociation: describeAssociation(instance, 'associating')}
    },
  ),
  action(
    'DisassociateIamInstanceProfile',
    parameters => parameters.required('AssociationId'),
    async (associationId, region) => {
      const before = instanceOf(region.store.state, associationId)
      await region.store.change(state => {
        delete instanceOf(state, associationId).iamInstanceProfile
      })
      return {iamInstanceProfileAssociation: describeAssociation(before, 'disassociating')}
    },
  ),
  action(
    'DescribeIamInstanceProfileAssociations',
    parameters => ({
      ids: parameters.list('AssociationId'),
      filters: filtersOf(parameters),
      page: pageRequest(parameters),
    }),
    ({ids, filters, page}, {store: {state}}) => {
      for (const id of ids) instanceOf(state, id)
      const matches = matcher<Instance>(filters, {
        'instance-id': instance => instance.instanceId,
        state: () => 'associated',
      })
      const asked = Object.values(state.instances)
        .filter(({iamInstanceProfile}) => iamInstanceProfile !== undefined)
        .filter(({iamInstanceProfile}) => ids.length === 0 || ids.includes(iamInstanceProfile?.associationId ?? ''))
      const {items, nextToken} = pageOf(asked.filter(matches), instance => instance.instanceId, page)
      return {
        iamInstanceProfileAssociationSet: items.map(instance => describeAssociation(instance, 'associated')),
        nextToken,
      }
    },
  ),
]

function requiredProfile(parameters: Parameters): ProfileRequest {
  const request = profileRequest(parameters)
  if (request === undefined) throw missingParameter('IamInstanceProfile')
  return request
}

function instanceOf(state: RegionState, associationId: string): Instance {
  const found = Object.values(state.instances).find(
    ({iamInstanceProfile}) => iamInstanceProfile?.associationId === associationId,
  )
  if (found !== undefined) return found
  throw new ApiError('NoSuchAssociation', `An invalid association-id of '${associationId}' was given`)
}

function describeAssociation({instanceId, iamInstanceProfile}: Instance, state: string): XmlElement {
  return {
    associationId: iamInstanceProfile?.associationId,
    instanceId,
    iamInstanceProfile: describeProfile(iamInstanceProfile),
    state,
  }
}
