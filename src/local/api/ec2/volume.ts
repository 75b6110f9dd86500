import type {RegionState, Volume} from '../../model.js'
import {action} from '../action.js'
import {ApiError} from '../api-error.js'
import {listItems, listingRequest, type Listing} from '../listing.js'
import {lookUp} from '../resource-kinds.js'
import type {Region} from '../region.js'
import {tagSet} from '../tag-specifications.js'
import type {XmlElement} from '../xml.js'
import {rootDeviceName} from './instance-view.js'

const listing = (state: RegionState): Listing<Volume> => ({
  kind: 'volume',
  idOf: volume => volume.volumeId,
  tagsOf: volume => volume.tags,
  fields: {
    'volume-id': volume => volume.volumeId,
    size: volume => volume.size,
    'volume-type': volume => volume.volumeType,
    encrypted: volume => volume.encrypted,
    'availability-zone': volume => volume.availabilityZone,
    'create-time': volume => volume.createTime,
    status: statusOf,
    'attachment.instance-id': volume => volume.instanceId,
    'attachment.status': volume => (volume.instanceId === undefined ? undefined : 'attached'),
    'attachment.delete-on-termination': volume =>
      volume.instanceId === undefined ? undefined : volume.deleteOnTermination,
    'owner-id': () => state.accountId,
  },
})

export const volumeActions = [
  action(
    'DescribeVolumes',
    parameters => listingRequest(parameters, 'VolumeId'),
    (request, region) => {
      const {state} = region.store
      const page = listItems(request, Object.values(state.volumes), listing(state))
      return {volumeSet: page.items.map(volume => describeVolume(volume, region)), nextToken: page.nextToken}
    },
  ),
  action(
    'DeleteVolume',
    parameters => parameters.required('VolumeId'),
    async (volumeId, region) => {
      await region.store.change(state => {
        const volume = lookUp(state.volumes, 'volume', volumeId)
        if (volume.instanceId !== undefined)
          throw new ApiError('VolumeInUse', `Volume ${volumeId} is currently attached to ${volume.instanceId}`)
        Reflect.deleteProperty(state.volumes, volumeId)
      })
      return {return: true}
    },
  ),
]

function statusOf(volume: Volume): string {
  return volume.instanceId === undefined ? 'available' : 'in-use'
}

function describeVolume(volume: Volume, region: Region): XmlElement {
  const {state} = region.store
  const instance = volume.instanceId === undefined ? undefined : state.instances[volume.instanceId]
  return {
    volumeId: volume.volumeId,
    size: volume.size,
    volumeType: volume.volumeType,
    encrypted: volume.encrypted,
    availabilityZone: volume.availabilityZone,
    status: statusOf(volume),
    createTime: volume.createTime,
    multiAttachEnabled: false,
    attachmentSet:
      instance === undefined
        ? []
        : [
            {
              volumeId: volume.volumeId,
              instanceId: instance.instanceId,
              device: rootDeviceName(instance, region.images),
              status: 'attached',
              attachTime: instance.launchTime,
              deleteOnTermination: volume.deleteOnTermination,
            },
          ],
    tagSet: tagSet(volume.tags),
  }
}
