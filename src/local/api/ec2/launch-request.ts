import type {Instance} from '../../model.js'
import {ApiError, invalidValue} from '../api-error.js'
import {tokenRequest, type TokenRequest} from '../client-tokens.js'
import {IMAGE_SIZE_GIB} from '../image.js'
import type {Parameters} from '../parameters.js'
import {tagSpecifications, type TagsByType} from '../tag-specifications.js'
import {cpuCreditsOf} from './credit-specification.js'
import {profileRequest, type ProfileRequest} from './iam-instance-profile.js'
import {networkOf, type NetworkRequest} from './launch-network.js'
import {metadataOptionsOf} from './metadata-options.js'
import {wantsSpot} from './spot-market.js'
import {volumeSettings, type VolumeSettings} from './volume-settings.js'

/** What RunInstances asks for, read and checked as far as that needs no look at the region. */
export interface LaunchRequest {
  readonly imageId: string
  readonly instanceType: string
  readonly minCount: number
  readonly maxCount: number
  readonly keyName: string | undefined
  readonly network: NetworkRequest
  readonly rootVolume: RootVolumeRequest
  readonly zone: string | undefined
  /** Base64. */
  readonly userData: string | undefined
  readonly metadataOptions: Instance['metadataOptions']
  readonly shutdownBehavior: Instance['instanceInitiatedShutdownBehavior']
  readonly disableApiTermination: boolean
  readonly disableApiStop: boolean
  readonly cpuCredits: Instance['cpuCredits']
  readonly iamInstanceProfile: ProfileRequest | undefined
  readonly spot: boolean
  readonly tags: TagsByType
  readonly token: TokenRequest | undefined
}

export interface RootVolumeRequest {
  /** Undefined: nothing was said about the root volume. */
  readonly deviceName: string | undefined
  readonly settings: VolumeSettings
  readonly encrypted: boolean
  readonly deleteOnTermination: boolean
}

/** EC2's limit, of the data as decoded. */
const USER_DATA_LIMIT = 16_384

/** Throws MissingParameter, InvalidParameterValue, InvalidParameterCombination and the like. */
export function launchRequest(parameters: Parameters): LaunchRequest {
  // Accepted and without effect on a machine of this region.
  parameters.ignore('Monitoring', 'EbsOptimized', 'MaintenanceOptions', 'AdditionalInfo')
  parameters.group('CapacityReservationSpecification')?.only('CapacityReservationPreference', 'open')
  parameters.group('EnclaveOptions')?.only('Enabled', 'false')
  parameters.group('HibernationOptions')?.only('Configured', 'false')
  const dnsNames = parameters.group('PrivateDnsNameOptions')
  dnsNames?.only('HostnameType', 'ip-name')
  dnsNames?.only('EnableResourceNameDnsARecord', 'false')
  dnsNames?.only('EnableResourceNameDnsAAAARecord', 'false')
  const placement = parameters.group('Placement')
  placement?.only('Tenancy', 'default')
  return {
    imageId: parameters.required('ImageId'),
    instanceType: parameters.required('InstanceType'),
    ...countsOf(parameters),
    keyName: parameters.optional('KeyName'),
    network: networkOf(parameters),
    rootVolume: rootVolumeOf(parameters),
    zone: placement?.optional('AvailabilityZone'),
    userData: userDataOf(parameters.optional('UserData')),
    metadataOptions: metadataOptionsOf(parameters.group('MetadataOptions')),
    shutdownBehavior: shutdownBehavior(parameters.optional('InstanceInitiatedShutdownBehavior') ?? 'stop'),
    disableApiTermination: parameters.flag('DisableApiTermination') ?? false,
    disableApiStop: parameters.flag('DisableApiStop') ?? false,
    cpuCredits: cpuCreditsOf(parameters.group('CreditSpecification')),
    iamInstanceProfile: profileRequest(parameters),
    spot: wantsSpot(parameters.group('InstanceMarketOptions')),
    tags: tagSpecifications(parameters, 'instance', 'volume', 'networkInterface'),
    token: tokenRequest(parameters, 'RunInstances'),
  }
}

export function shutdownBehavior(text: string): Instance['instanceInitiatedShutdownBehavior'] {
  if (text === 'stop' || text === 'terminate') return text
  throw invalidValue(text, 'InstanceInitiatedShutdownBehavior', 'It must be stop or terminate.')
}

/** Checks user data: base64, at most 16 KiB of it. */
export function userDataOf(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text))
    throw new ApiError('InvalidParameterValue', 'Invalid BASE64 encoding of user data')
  if (Buffer.from(text, 'base64').length > USER_DATA_LIMIT)
    throw new ApiError('InvalidParameterValue', `User data is limited to ${USER_DATA_LIMIT} bytes`)
  return text
}

function countsOf(parameters: Parameters): {minCount: number; maxCount: number} {
  parameters.required('MinCount')
  parameters.required('MaxCount')
  const minCount = parameters.integer('MinCount') ?? 0
  const maxCount = parameters.integer('MaxCount') ?? 0
  if (minCount < 1)
    throw new ApiError('InvalidParameterValue', `Invalid value '${minCount}' for MinCount. It must be at least 1.`)
  if (maxCount < minCount)
    throw new ApiError(
      'InvalidParameterValue',
      `Invalid value '${maxCount}' for MaxCount. It must not be less than MinCount.`,
    )
  return {minCount, maxCount}
}

function rootVolumeOf(parameters: Parameters): RootVolumeRequest {
  const [mapping, ...more] = parameters.groups('BlockDeviceMapping')
  if (more.length > 0)
    throw new ApiError('InvalidBlockDeviceMapping', 'Instances of this region have one volume, the root.')
  const ebs = mapping?.group('Ebs')
  const size = ebs?.integer('VolumeSize') ?? IMAGE_SIZE_GIB
  if (size < IMAGE_SIZE_GIB)
    throw new ApiError(
      'InvalidBlockDeviceMapping',
      `Volume of size ${size}GB is smaller than the image's snapshot, expect size >= ${IMAGE_SIZE_GIB}GB`,
    )
  return {
    deviceName: mapping?.required('DeviceName'),
    settings: volumeSettings(ebs, size, {volumeType: 'gp3'}),
    encrypted: ebs?.flag('Encrypted') ?? false,
    deleteOnTermination: ebs?.flag('DeleteOnTermination') ?? true,
  }
}
