import type {Instance, RegionState} from '../../model.js'
import {ApiError} from '../api-error.js'
import {textPattern} from '../filters.js'
import type {ChangeCheck} from './change-check.js'
import type {CapacityFault} from './settings.js'

/** Whether a type is `Unsupported` in a zone: one that is not offered there, rather than one that has run out. */
export function lackingTypes(faults: readonly CapacityFault[]): (zone: string, instanceType: string) => boolean {
  const rules = faults
    .filter(({code}) => code === 'Unsupported')
    .map(fault => ({type: textPattern(fault.instanceType ?? '*'), zone: textPattern(fault.zone ?? '*')}))
  return (zone, instanceType) => rules.some(rule => rule.type.test(instanceType) && rule.zone.test(zone))
}

/** Refuses launches (and, for want of capacity, starts) where the region is said to have no room. */
export function capacityCheck(faults: readonly CapacityFault[]): ChangeCheck {
  const rules = faults.map(fault => ({
    code: fault.code ?? 'InsufficientInstanceCapacity',
    type: textPattern(fault.instanceType ?? '*'),
    zone: textPattern(fault.zone ?? '*'),
  }))
  return (before, after) => {
    for (const instance of Object.values(after.instances)) {
      const {instanceId, instanceType, availabilityZone, state} = instance
      const earlier = before.instances[instanceId]
      if (state !== 'pending' || earlier?.state === 'pending') continue
      const rule = rules.find(({type, zone}) => type.test(instanceType) && zone.test(availabilityZone))
      if (rule === undefined) continue
      if (earlier === undefined || rule.code === 'InsufficientInstanceCapacity')
        throw refusal(rule.code, instance, after)
    }
  }
}

function refusal(
  code: NonNullable<CapacityFault['code']>,
  {instanceType, availabilityZone, subnetId}: Instance,
  {zones}: RegionState,
): ApiError {
  const others = zones.filter(zone => zone !== availabilityZone).join(', ')
  switch (code) {
    case 'InsufficientInstanceCapacity':
      return new ApiError(
        code,
        `We currently do not have sufficient ${instanceType} capacity in the Availability Zone you requested (${availabilityZone}). Our system will be working on provisioning additional capacity. You can currently get ${instanceType} capacity by not specifying an Availability Zone in your request or choosing ${others}.`,
        500,
      )
    case 'Unsupported':
      return new ApiError(
        code,
        `Your requested instance type (${instanceType}) is not supported in your requested Availability Zone (${availabilityZone}). Please retry your request by not specifying an Availability Zone or choosing ${others}.`,
      )
    case 'InsufficientFreeAddressesInSubnet':
      return new ApiError(
        code,
        `There are not enough free addresses in subnet '${subnetId}' to satisfy the requested number of instances.`,
      )
  }
}
