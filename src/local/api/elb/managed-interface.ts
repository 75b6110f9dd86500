import type {LoadBalancer, LoadBalancerZone} from '../../elb-model.js'
import type {NetworkInterface, RegionState, Subnet} from '../../model.js'
import {ApiError} from '../api-error.js'
import {newMac} from '../ec2/launched-interface.js'
import {freeAddresses, requestedAddress} from '../ec2/private-addresses.js'
import {freePublicAddress, type AddressRange} from '../public-addresses.js'
import {newId} from '../resource-kinds.js'
import {pathOf} from './names.js'

/** A subnet of a load balancer as it was asked for. */
export interface SubnetMapping {
  readonly subnetId: string
  readonly privateIpv4Address?: string
  /** Of the elastic address it is to have there. */
  readonly allocationId?: string
}

/** The interface of a load balancer in one of its zones, with a public address if it faces the internet. */
export function newManagedInterface(
  state: RegionState,
  loadBalancer: Pick<LoadBalancer, 'loadBalancerArn' | 'scheme' | 'securityGroups'>,
  {subnetId, privateIpv4Address, allocationId}: SubnetMapping,
  {publicRange, now}: {readonly publicRange: AddressRange; readonly now: Date},
): LoadBalancerZone {
  const subnet = subnetOf(state, subnetId)
  const {loadBalancerArn, scheme, securityGroups} = loadBalancer
  const networkInterface: NetworkInterface = {
    networkInterfaceId: newId('eni'),
    subnetId,
    vpcId: subnet.vpcId,
    privateIpAddress: addressIn(state, subnet, privateIpv4Address),
    macAddress: newMac(state),
    // It passes on what is not its own: packets of clients, where their addresses are preserved.
    sourceDestCheck: false,
    groupIds: [...securityGroups],
    ...(scheme === 'internal' || allocationId !== undefined ? {} : {publicIp: freePublicAddress(state, publicRange)}),
    managed: {
      attachmentId: newId('ela-attach'),
      loadBalancerArn,
      description: `ELB ${pathOf(loadBalancerArn)}`,
      attachTime: now.toISOString(),
    },
    tags: [],
  }
  const {networkInterfaceId} = networkInterface
  state.networkInterfaces[networkInterfaceId] = networkInterface
  if (allocationId !== undefined) takeAddress(state, networkInterface, allocationId)
  return {availabilityZone: subnet.availabilityZone, subnetId, networkInterfaceId}
}

function takeAddress(state: RegionState, networkInterface: NetworkInterface, allocationId: string): void {
  const address = state.addresses[allocationId]
  if (address === undefined)
    throw new ApiError('AllocationIdNotFound', `The allocation ID '${allocationId}' does not exist`)
  if (address.association !== undefined)
    throw new ApiError('InvalidConfigurationRequest', `The allocation ID '${allocationId}' is not available for use`)
  address.association = {
    associationId: newId('eipassoc'),
    networkInterfaceId: networkInterface.networkInterfaceId,
  }
  networkInterface.publicIp = address.publicIp
}

export function subnetOf(state: RegionState, subnetId: string): Subnet {
  const subnet = state.subnets[subnetId]
  if (subnet === undefined) throw new ApiError('SubnetNotFound', `The subnet ID '${subnetId}' does not exist`)
  return subnet
}

function addressIn(state: RegionState, subnet: Subnet, wanted: string | undefined): string {
  try {
    if (wanted !== undefined) return requestedAddress(state, subnet, wanted, 1)
    const [address] = freeAddresses(state, subnet, {minCount: 1, maxCount: 1})
    if (address !== undefined) return address
  } catch (error) {
    if (!(error instanceof ApiError) || wanted !== undefined)
      throw error instanceof ApiError ? new ApiError('InvalidConfigurationRequest', error.message) : error
  }
  throw new ApiError('InvalidSubnet', `Not enough IP space available in ${subnet.subnetId}.`)
}
