import type {Instance, RegionState} from '../../model.js'
import {isDescribed} from '../instance-transitions.js'
import {doesNotExist, lookUp} from '../resource-kinds.js'

/** The instance with that id, unless it ended so long ago that EC2 knows it no more. Throws InvalidInstanceID.NotFound. */
export function lookUpInstance(state: RegionState, instanceId: string, now: Date): Instance {
  const instance = lookUp(state.instances, 'instance', instanceId)
  if (!isDescribed(instance, now)) throw doesNotExist('instance', instanceId)
  return instance
}
