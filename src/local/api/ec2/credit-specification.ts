import type {Instance} from '../../model.js'
import {action} from '../action.js'
import {ApiError, invalidValue, missingParameter} from '../api-error.js'
import {listItems, listingRequest} from '../listing.js'
import type {Parameters} from '../parameters.js'
import {isDescribed} from '../instance-transitions.js'
import {lookUpInstance} from './instance-lookup.js'

type CpuCredits = NonNullable<Instance['cpuCredits']>

/** How burstable instances pay for bursts. Machines of this region share the host's processors whatever it says. */
export const creditSpecificationActions = [
  action(
    'DescribeInstanceCreditSpecifications',
    parameters => listingRequest(parameters, 'InstanceId'),
    (request, region) => {
      const {state} = region.store
      const instances = Object.values(state.instances).filter(instance => isDescribed(instance, region.now()))
      const page = listItems(request, instances, {
        kind: 'instance',
        idOf: instance => instance.instanceId,
        fields: {'instance-id': instance => instance.instanceId},
      })
      if (request.ids.length > 0) for (const instance of page.items) checkBurstable(instance)
      const shown = page.items.filter(isBurstable)
      return {
        instanceCreditSpecificationSet: shown.map(instance => ({
          instanceId: instance.instanceId,
          cpuCredits: instance.cpuCredits ?? 'unlimited',
        })),
        nextToken: page.nextToken,
      }
    },
  ),
  action(
    'ModifyInstanceCreditSpecification',
    parameters => {
      parameters.ignore('ClientToken')
      const changes = parameters
        .groups('InstanceCreditSpecification')
        .map(entry => ({instanceId: entry.required('InstanceId'), cpuCredits: cpuCreditsOf(entry)}))
      if (changes.length === 0) throw missingParameter('InstanceCreditSpecification')
      return changes
    },
    async (changes, region) => {
      await region.store.change(state => {
        for (const {instanceId, cpuCredits} of changes) {
          const instance = lookUpInstance(state, instanceId, region.now())
          checkBurstable(instance)
          instance.cpuCredits = cpuCredits ?? 'unlimited'
        }
      })
      return {
        successfulInstanceCreditSpecificationSet: changes.map(({instanceId}) => ({instanceId})),
        unsuccessfulInstanceCreditSpecificationSet: [],
      }
    },
  ),
]

/** Reads CpuCredits. Throws InvalidParameterValue. */
export function cpuCreditsOf(parameters: Parameters | undefined): CpuCredits | undefined {
  const value = parameters?.optional('CpuCredits')
  if (value === undefined || value === 'standard' || value === 'unlimited') return value
  throw invalidValue(value, 'CpuCredits', 'It must be standard or unlimited.')
}

function isBurstable({instanceType}: Instance): boolean {
  return /^t\d/.test(instanceType)
}

function checkBurstable(instance: Instance): void {
  if (isBurstable(instance)) return
  throw new ApiError(
    'InstanceCreditSpecification.NotSupported',
    `The instance '${instance.instanceId}' of type ${instance.instanceType} has no CPU credits.`,
  )
}
