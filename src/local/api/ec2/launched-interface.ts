import {randomBytes} from 'node:crypto'
import type {NetworkInterface, RegionState, Subnet, Tag} from '../../model.js'
import {freePublicAddress, type AddressRange} from '../public-addresses.js'
import {newId} from '../resource-kinds.js'

/** An interface made by RunInstances, which remembers whether it gets a public address each time its instance starts. */
export interface LaunchedInterface extends NetworkInterface {
  readonly associatePublicIpAddress: boolean
}

export interface NewNetworkInterface {
  readonly subnet: Subnet
  readonly privateIpAddress: string
  readonly groupIds: readonly string[]
  readonly description: string | undefined
  readonly tags: Tag[]
}

export interface NewInterface extends NewNetworkInterface {
  readonly instanceId: string
  readonly associatePublicIp: boolean
  readonly publicRange: AddressRange
  readonly deleteOnTermination: boolean
}

/** Makes an instance's primary interface. Throws InsufficientAddressCapacity. */
export function newInterface(state: RegionState, options: NewInterface): LaunchedInterface {
  const {associatePublicIp} = options
  const nic: LaunchedInterface = {
    ...newNetworkInterface(state, options),
    associatePublicIpAddress: associatePublicIp,
    ...(associatePublicIp ? {publicIp: freePublicAddress(state, options.publicRange)} : {}),
  }
  attach(nic, options)
  state.networkInterfaces[nic.networkInterfaceId] = nic
  return nic
}

/** Makes an interface that belongs to nothing yet. */
export function newNetworkInterface(state: RegionState, options: NewNetworkInterface): NetworkInterface {
  const {subnet, description} = options
  const nic: NetworkInterface = {
    networkInterfaceId: newId('eni'),
    subnetId: subnet.subnetId,
    vpcId: subnet.vpcId,
    privateIpAddress: options.privateIpAddress,
    macAddress: newMac(state),
    ...(description === undefined ? {} : {description}),
    sourceDestCheck: true,
    groupIds: [...options.groupIds],
    tags: options.tags,
  }
  state.networkInterfaces[nic.networkInterfaceId] = nic
  return nic
}

/** Makes an interface the primary one of an instance that is being launched. */
export function attach(nic: NetworkInterface, of: Pick<NewInterface, 'instanceId' | 'deleteOnTermination'>): void {
  const {instanceId, deleteOnTermination} = of
  nic.attachment = {attachmentId: newId('eni-attach'), instanceId, deleteOnTermination}
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
