import {randomBytes} from 'node:crypto'
import type {NetworkInterface, RegionState, Subnet, Tag} from '../../model.js'
import {freePublicAddress, type AddressRange} from '../public-addresses.js'
import {newId} from '../resource-kinds.js'

/** An interface made by RunInstances, which remembers whether it gets a public address each time its instance starts. */
export interface LaunchedInterface extends NetworkInterface {
  readonly associatePublicIpAddress: boolean
}

export interface NewInterface {
  readonly subnet: Subnet
  readonly privateIpAddress: string
  readonly groupIds: readonly string[]
  readonly instanceId: string
  readonly associatePublicIp: boolean
  readonly publicRange: AddressRange
  readonly deleteOnTermination: boolean
  readonly tags: Tag[]
}

/** Makes an instance's primary interface. Throws InsufficientAddressCapacity. */
export function newInterface(state: RegionState, options: NewInterface): LaunchedInterface {
  const {subnet, instanceId, deleteOnTermination, associatePublicIp} = options
  const nic: LaunchedInterface = {
    networkInterfaceId: newId('eni'),
    subnetId: subnet.subnetId,
    vpcId: subnet.vpcId,
    privateIpAddress: options.privateIpAddress,
    macAddress: newMac(state),
    sourceDestCheck: true,
    groupIds: [...options.groupIds],
    associatePublicIpAddress: associatePublicIp,
    ...(associatePublicIp ? {publicIp: freePublicAddress(state, options.publicRange)} : {}),
    attachment: {attachmentId: newId('eni-attach'), instanceId, deleteOnTermination},
    tags: options.tags,
  }
  state.networkInterfaces[nic.networkInterfaceId] = nic
  return nic
}

export function wantsPublicAddress(nic: NetworkInterface): boolean {
  return 'associatePublicIpAddress' in nic && nic.associatePublicIpAddress === true
}

/** A locally administered unicast address (its first byte is 02) that no other interface has. */
export function newMac(state: RegionState): string {
  const taken = new Set(Object.values(state.networkInterfaces).map(nic => nic.macAddress))
  for (;;) {
    const mac = `02${randomBytes(5).toString('hex').replace(/../g, ':$&')}`
    if (!taken.has(mac)) return mac
  }
}
