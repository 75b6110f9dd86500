import {ApiError} from '../api-error.js'
import type {Parameters} from '../parameters.js'
import {primaryAddressOf} from './private-addresses.js'

/** What RunInstances says about the primary interface: how to make one, or which one to take. */
export type NetworkRequest = NewInterfaceRequest | GivenInterfaceRequest

export interface NewInterfaceRequest {
  readonly kind: 'new'
  readonly subnetId: string
  /** Empty: the VPC's default group. */
  readonly groupIds: readonly string[]
  readonly privateIpAddress: string | undefined
  readonly description: string | undefined
  /** Undefined: as the subnet says. */
  readonly associatePublicIp: boolean | undefined
  readonly deleteOnTermination: boolean
}

export interface GivenInterfaceRequest {
  readonly kind: 'given'
  readonly networkInterfaceId: string
  readonly deleteOnTermination: boolean
}

/** The network is described either at the top level or in NetworkInterface.1, never in both. */
export function networkOf(parameters: Parameters): NetworkRequest {
  const subnetId = parameters.optional('SubnetId')
  const groupIds = parameters.list('SecurityGroupId')
  const privateIpAddress = parameters.optional('PrivateIpAddress')
  const [nic, ...more] = parameters.groups('NetworkInterface')
  if (nic === undefined)
    return {
      kind: 'new',
      subnetId: chosen(subnetId),
      groupIds,
      privateIpAddress,
      description: undefined,
      associatePublicIp: undefined,
      deleteOnTermination: true,
    }
  if (subnetId !== undefined || groupIds.length > 0 || privateIpAddress !== undefined)
    throw new ApiError(
      'InvalidParameterCombination',
      'Network interfaces and an instance-level subnet ID, security groups or private IP address may not be specified on the same request',
    )
  if (more.length > 0)
    throw new ApiError('AttachmentLimitExceeded', 'Instances of this region have one network interface.')
  if (nic.integer('DeviceIndex') !== 0)
    throw new ApiError(
      'InvalidParameterValue',
      `Each network interface requires a device index, and the primary's is 0.`,
    )
  nic.only('NetworkCardIndex', '0')
  const networkInterfaceId = nic.optional('NetworkInterfaceId')
  return networkInterfaceId === undefined ? newInterface(nic) : givenInterface(nic, networkInterfaceId)
}

function newInterface(nic: Parameters): NewInterfaceRequest {
  nic.only('InterfaceType', 'interface')
  return {
    kind: 'new',
    subnetId: chosen(nic.optional('SubnetId')),
    groupIds: nic.list('SecurityGroupId'),
    privateIpAddress: primaryAddressOf(nic),
    description: nic.optional('Description'),
    associatePublicIp: nic.flag('AssociatePublicIpAddress'),
    deleteOnTermination: nic.flag('DeleteOnTermination') ?? true,
  }
}

function givenInterface(nic: Parameters, networkInterfaceId: string): GivenInterfaceRequest {
  const also = ['SubnetId', 'PrivateIpAddress', 'AssociatePublicIpAddress', 'Description'].find(
    name => nic.optional(name) !== undefined,
  )
  if (also !== undefined || nic.list('SecurityGroupId').length > 0)
    throw new ApiError(
      'InvalidParameterCombination',
      `The parameter ${also ?? 'SecurityGroupId'} cannot be used with the network interface ${networkInterfaceId}`,
    )
  return {kind: 'given', networkInterfaceId, deleteOnTermination: nic.flag('DeleteOnTermination') ?? false}
}

function chosen(subnetId: string | undefined): string {
  if (subnetId !== undefined) return subnetId
  throw new ApiError('VPCIdNotSpecified', 'No default VPC for this user: the request must name a subnet')
}
