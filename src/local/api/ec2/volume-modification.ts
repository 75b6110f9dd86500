import type {RegionState, Volume} from '../../model.js'
import {action} from '../action.js'
import {ApiError, missingParameter} from '../api-error.js'
import {listItems, listingRequest, type Listing} from '../listing.js'
import type {Parameters} from '../parameters.js'
import {lookUp} from '../resource-kinds.js'
import type {XmlElement} from '../xml.js'
import {volumeSettings, type VolumeSettings} from './volume-settings.js'

type Modified = Volume & {readonly modification: NonNullable<Volume['modification']>}

export const volumeModificationActions = [
  action(
    'ModifyVolume',
    parameters => {
      parameters.only('MultiAttachEnabled', 'false')
      const wanted = {size: parameters.integer('Size'), volumeType: parameters.optional('VolumeType')}
      const rates = {iops: parameters.integer('Iops'), throughput: parameters.integer('Throughput')}
      if (Object.values({...wanted, ...rates}).every(value => value === undefined)) throw missingParameter('Size')
      return {volumeId: parameters.required('VolumeId'), parameters, ...wanted}
    },
    async ({volumeId, parameters, size}, region) => {
      const volume = await region.store.change(state => modify(state, volumeId, size, parameters, region.now()))
      return {volumeModification: describeModification(volume)}
    },
  ),
  action(
    'DescribeVolumesModifications',
    parameters => listingRequest(parameters, 'VolumeId'),
    (request, {store: {state}}) => {
      for (const id of request.ids)
        if (lookUp(state.volumes, 'volume', id).modification === undefined)
          throw new ApiError('InvalidVolumeModification.NotFound', `Modification for volume '${id}' does not exist.`)
      const page = listItems(request, Object.values(state.volumes).filter(isModified), listing)
      return {volumeModificationSet: page.items.map(describeModification), nextToken: page.nextToken}
    },
  ),
]

const listing: Listing<Modified> = {
  kind: 'volume',
  idOf: volume => volume.volumeId,
  fields: {
    'volume-id': volume => volume.volumeId,
    'modification-state': () => 'completed',
    'original-size': ({modification}) => modification.original.size,
    'original-volume-type': ({modification}) => modification.original.volumeType,
    'original-iops': ({modification}) => modification.original.iops,
    'start-time': ({modification}) => modification.startTime,
    'target-size': ({modification}) => modification.target.size,
    'target-volume-type': ({modification}) => modification.target.volumeType,
    'target-iops': ({modification}) => modification.target.iops,
  },
}

function modify(
  state: RegionState,
  volumeId: string,
  wantedSize: number | undefined,
  parameters: Parameters,
  now: Date,
): Modified {
  const volume = lookUp(state.volumes, 'volume', volumeId)
  const original = settingsOf(volume)
  const size = wantedSize ?? volume.size
  if (size < volume.size) throw new ApiError('InvalidParameterValue', 'New size cannot be smaller than existing size')
  const target = volumeSettings(parameters, size, original)
  const modification = {original, target, startTime: now.toISOString()}
  const modified = {...volume, ...target, modification}
  if (target.iops === undefined) delete modified.iops
  if (target.throughput === undefined) delete modified.throughput
  state.volumes[volumeId] = modified
  return modified
}

function settingsOf({size, volumeType, iops, throughput}: Volume): VolumeSettings {
  return {
    size,
    volumeType,
    ...(iops === undefined ? {} : {iops}),
    ...(throughput === undefined ? {} : {throughput}),
  }
}

function isModified(volume: Volume): volume is Modified {
  return volume.modification !== undefined
}

function describeModification({volumeId, modification}: Modified): XmlElement {
  const {original, target, startTime} = modification
  return {
    volumeId,
    modificationState: 'completed',
    progress: 100,
    startTime,
    endTime: startTime,
    originalSize: original.size,
    originalVolumeType: original.volumeType,
    originalIops: original.iops,
    originalThroughput: original.throughput,
    originalMultiAttachEnabled: false,
    targetSize: target.size,
    targetVolumeType: target.volumeType,
    targetIops: target.iops,
    targetThroughput: target.throughput,
    targetMultiAttachEnabled: false,
  }
}
