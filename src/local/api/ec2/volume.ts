import type {Instance, RegionState, Volume} from '../../model.js'
import {action} from '../action.js'
import {ApiError, missingParameter} from '../api-error.js'
import {idsOfToken, rememberToken, tokenRequest, type TokenRequest} from '../client-tokens.js'
import {absent} from '../filters.js'
import {listItems, listingRequest, type Listing} from '../listing.js'
import type {Parameters} from '../parameters.js'
import {lookUp, newId} from '../resource-kinds.js'
import type {Region} from '../region.js'
import {tagsFor, tagSet, tagSpecifications, type TagsByType} from '../tag-specifications.js'
import type {XmlElement} from '../xml.js'
import {rootDeviceName} from './instance-view.js'
import {shownIops, volumeSettings, type VolumeSettings} from './volume-settings.js'

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
    'attachment.attach-time': volume => instanceOf(volume, state)?.launchTime,
    'attachment.status': volume => (volume.instanceId === undefined ? undefined : 'attached'),
    'attachment.delete-on-termination': volume =>
      volume.instanceId === undefined ? undefined : volume.deleteOnTermination,
    'multi-attach-enabled': () => false,
    'fast-restored': () => false,
    ...absent('snapshot-id', 'outpost-arn', 'operator.principal'),
  },
})

export const volumeActions = [
  action('CreateVolume', createRequest, async ({zone, settings, encrypted, tags, token}, region) => {
    const volume = await region.store.change(state => {
      const [earlier] = idsOfToken(state, token) ?? []
      if (earlier !== undefined) return lookUp(state.volumes, 'volume', earlier)
      const volume: Volume = {
        volumeId: newId('vol'),
        ...settings,
        encrypted,
        availabilityZone: availabilityZone(state, zone),
        createTime: region.now().toISOString(),
        deleteOnTermination: false,
        tags: tagsFor(tags, 'volume'),
      }
      state.volumes[volume.volumeId] = volume
      rememberToken(state, token, [volume.volumeId])
      return volume
    })
    return {...describeVolume(volume, region), status: 'creating'}
  }),
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

interface CreateRequest {
  readonly zone: string
  readonly settings: VolumeSettings
  readonly encrypted: boolean
  readonly tags: TagsByType
  readonly token: TokenRequest | undefined
}

function createRequest(parameters: Parameters): CreateRequest {
  parameters.only('MultiAttachEnabled', 'false')
  const snapshotId = parameters.optional('SnapshotId')
  if (snapshotId !== undefined)
    throw new ApiError('InvalidSnapshot.NotFound', `The snapshot '${snapshotId}' does not exist.`)
  const size = parameters.integer('Size')
  if (size === undefined) throw missingParameter('Size')
  return {
    zone: parameters.required('AvailabilityZone'),
    settings: volumeSettings(parameters, size, {volumeType: 'gp2'}),
    encrypted: parameters.flag('Encrypted') ?? false,
    tags: tagSpecifications(parameters, 'volume'),
    token: tokenRequest(parameters, 'CreateVolume'),
  }
}

/** Throws InvalidZone.NotFound. */
function availabilityZone(state: RegionState, name: string): string {
  if (state.zones.includes(name)) return name
  throw new ApiError('InvalidZone.NotFound', `The zone '${name}' does not exist.`)
}

function instanceOf(volume: Volume, state: RegionState): Instance | undefined {
  return volume.instanceId === undefined ? undefined : state.instances[volume.instanceId]
}

function statusOf(volume: Volume): string {
  return volume.instanceId === undefined ? 'available' : 'in-use'
}

function describeVolume(volume: Volume, region: Region): XmlElement {
  const {state} = region.store
  const instance = instanceOf(volume, state)
  return {
    volumeId: volume.volumeId,
    size: volume.size,
    volumeType: volume.volumeType,
    iops: shownIops(volume),
    throughput: volume.throughput,
    snapshotId: '',
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
