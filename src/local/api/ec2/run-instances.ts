import type {Instance, RegionState, Volume} from '../../model.js'
import {action} from '../action.js'
import {ApiError} from '../api-error.js'
import {idsOfToken, rememberToken} from '../client-tokens.js'
import {ensureLinkedRole} from '../iam/service-linked-role.js'
import type {MachineImage} from '../image.js'
import {checkId, newId} from '../resource-kinds.js'
import type {Region} from '../region.js'
import {tagsFor} from '../tag-specifications.js'
import {newAssociation} from './iam-instance-profile.js'
import {describeReservation} from './instance.js'
import {INSTANCE_TYPES} from './instance-type-catalogue.js'
import {checkKeyName} from './key-pair.js'
import {launchRequest, type LaunchRequest} from './launch-request.js'
import {primaryInterfaces} from './primary-interface.js'
import {newSpotRequest} from './spot-market.js'

export const runInstancesActions = [
  action('RunInstances', launchRequest, async (request, region) => {
    const {instances, isNew} = await region.store.change(state => {
      const earlier = earlierLaunch(state, request)
      if (earlier !== undefined) return {instances: earlier, isNew: false}
      const instances = launch(state, request, region)
      rememberToken(
        state,
        request.token,
        instances.map(instance => instance.instanceId),
      )
      return {instances, isNew: true}
    })
    // The answer says `pending`; the machines boot behind it.
    if (isNew) for (const {instanceId} of instances) void region.instances.boot(instanceId, 'terminate')
    return describeReservation(instances, region, {launching: true})
  }),
]

/** The instances an earlier request with the same client token launched. Throws IdempotentInstanceTerminated. */
function earlierLaunch(state: RegionState, {token}: LaunchRequest): Instance[] | undefined {
  const ids = idsOfToken(state, token)
  return ids?.map(id => {
    const instance = state.instances[id]
    if (instance === undefined || instance.state === 'terminated' || instance.state === 'shutting-down')
      throw new ApiError(
        'IdempotentInstanceTerminated',
        `The instances associated with the client token '${token?.token ?? ''}' have been terminated`,
      )
    return instance
  })
}

function launch(state: RegionState, request: LaunchRequest, region: Region): Instance[] {
  const image = imageOf(region.images, request)
  const {subnet, interfaces} = primaryInterfaces(state, request, region)
  checkType(request.instanceType, image)
  if (request.keyName !== undefined) checkKeyName(state, request.keyName)
  if (request.zone !== undefined && request.zone !== subnet.availabilityZone)
    throw new ApiError(
      'InvalidParameterValue',
      `The availability zone ${request.zone} does not match the subnet's, ${subnet.availabilityZone}`,
    )
  const now = region.now()
  const launchTime = now.toISOString()
  if (request.spot) ensureLinkedRole(state, 'spot.amazonaws.com', now)
  const reservationId = newId('r')
  return interfaces.map(interfaceOf => {
    const instanceId = newId('i')
    const nic = interfaceOf(instanceId)
    const volume = newVolume(state, request, {instanceId, zone: subnet.availabilityZone, createTime: launchTime})
    const instance: Instance = {
      instanceId,
      imageId: image.imageId,
      instanceType: request.instanceType,
      architecture: image.architecture,
      ...(request.keyName === undefined ? {} : {keyName: request.keyName}),
      launchTime,
      reservationId,
      ...(request.token === undefined ? {} : {clientToken: request.token.token}),
      ...(request.userData === undefined ? {} : {userData: request.userData}),
      availabilityZone: subnet.availabilityZone,
      subnetId: subnet.subnetId,
      vpcId: subnet.vpcId,
      networkInterfaceId: nic.networkInterfaceId,
      rootVolumeId: volume.volumeId,
      metadataOptions: {...request.metadataOptions},
      instanceInitiatedShutdownBehavior: request.shutdownBehavior,
      ...(request.disableApiTermination ? {disableApiTermination: true} : {}),
      ...(request.disableApiStop ? {disableApiStop: true} : {}),
      ...(request.cpuCredits === undefined ? {} : {cpuCredits: request.cpuCredits}),
      ...(request.iamInstanceProfile === undefined
        ? {}
        : {iamInstanceProfile: newAssociation(state, request.iamInstanceProfile)}),
      state: 'pending',
      ...(request.spot ? {spot: newSpotRequest()} : {}),
      tags: tagsFor(request.tags, 'instance'),
    }
    state.instances[instanceId] = instance
    return instance
  })
}

function imageOf(images: readonly MachineImage[], {imageId, rootVolume}: LaunchRequest): MachineImage {
  checkId('image', imageId)
  const image = images.find(candidate => candidate.imageId === imageId)
  if (image === undefined) throw new ApiError('InvalidAMIID.NotFound', `The image id '[${imageId}]' does not exist`)
  if (rootVolume.deviceName !== undefined && rootVolume.deviceName !== image.rootDeviceName)
    throw new ApiError(
      'InvalidBlockDeviceMapping',
      `Instances of this region have one volume, the root at ${image.rootDeviceName}; there is no ${rootVolume.deviceName}.`,
    )
  return image
}

/** Throws InvalidParameterValue for a type that is not known, or cannot boot a machine of that architecture. */
export function checkType(name: string, {architecture}: Pick<MachineImage, 'architecture'>): void {
  const type = INSTANCE_TYPES.find(candidate => candidate.name === name)
  if (type === undefined) throw new ApiError('InvalidParameterValue', `Invalid value '${name}' for InstanceType.`)
  if (type.architecture !== architecture)
    throw new ApiError(
      'InvalidParameterValue',
      `The architecture '${type.architecture}' of the specified instance type does not match the architecture '${architecture}' of the specified AMI.`,
    )
}

function newVolume(
  state: RegionState,
  {rootVolume, tags}: LaunchRequest,
  of: {instanceId: string; zone: string; createTime: string},
): Volume {
  const volume: Volume = {
    volumeId: newId('vol'),
    ...rootVolume.settings,
    encrypted: rootVolume.encrypted,
    availabilityZone: of.zone,
    createTime: of.createTime,
    instanceId: of.instanceId,
    deleteOnTermination: rootVolume.deleteOnTermination,
    tags: tagsFor(tags, 'volume'),
  }
  state.volumes[volume.volumeId] = volume
  return volume
}
