import type {Action} from '../action.js'
import {action} from '../action.js'
import {ApiError} from '../api-error.js'
import {lookUp} from '../resource-kinds.js'
import {lookUpInstance} from './instance-lookup.js'

/**
 * A machine of this region has a file system for a root, and no block devices: a volume cannot be put into it, and its
 * root cannot be taken out.
 */
export const volumeAttachmentActions: readonly Action[] = [
  action(
    'AttachVolume',
    parameters => ({
      volumeId: parameters.required('VolumeId'),
      instanceId: parameters.required('InstanceId'),
      device: parameters.required('Device'),
    }),
    ({volumeId, instanceId, device}, region) => {
      const volume = lookUp(region.store.state.volumes, 'volume', volumeId)
      const instance = lookUpInstance(region.store.state, instanceId, region.now())
      if (volume.instanceId !== undefined)
        throw new ApiError('VolumeInUse', `${volumeId} is already attached to an instance`)
      if (volume.availabilityZone !== instance.availabilityZone)
        throw new ApiError(
          'InvalidVolume.ZoneMismatch',
          `The volume '${volumeId}' is not in the same availability zone as instance '${instanceId}'`,
        )
      throw new ApiError(
        'UnsupportedOperation',
        `Volumes cannot be attached to instances of this region, which have no block devices: ${volumeId} as ${device}.`,
      )
    },
  ),
  action(
    'DetachVolume',
    parameters => {
      parameters.ignore('Device', 'Force')
      return {volumeId: parameters.required('VolumeId'), instanceId: parameters.optional('InstanceId')}
    },
    ({volumeId, instanceId}, {store: {state}}) => {
      const volume = lookUp(state.volumes, 'volume', volumeId)
      if (volume.instanceId === undefined)
        throw new ApiError('IncorrectState', `Volume '${volumeId}' is in the 'available' state.`)
      if (instanceId !== undefined && instanceId !== volume.instanceId)
        throw new ApiError(
          'InvalidAttachment.NotFound',
          `Volume '${volumeId}' is not attached to instance '${instanceId}'.`,
        )
      throw new ApiError(
        'OperationNotPermitted',
        `Unable to detach root volume '${volumeId}' from instance '${volume.instanceId}'`,
      )
    },
  ),
]
