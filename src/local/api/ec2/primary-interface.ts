import type {NetworkInterface, RegionState, Subnet} from '../../model.js'
import {ApiError} from '../api-error.js'
import {lookUp} from '../resource-kinds.js'
import type {Region} from '../region.js'
import {tagsFor} from '../tag-specifications.js'
import {groupsOfVpc} from './interface-groups.js'
import type {GivenInterfaceRequest} from './launch-network.js'
import type {LaunchRequest} from './launch-request.js'
import {attach, newInterface} from './launched-interface.js'
import {freeAddresses, requestedAddress} from './private-addresses.js'

export interface PrimaryInterfaces {
  readonly subnet: Subnet
  /** One for each instance there is room for: makes or takes the interface of the instance with that id. */
  readonly interfaces: readonly ((instanceId: string) => NetworkInterface)[]
}

/** Where the instances of a launch get their interfaces from. Throws what is in the way of it. */
export function primaryInterfaces(
  state: RegionState,
  {network, minCount, maxCount, tags}: LaunchRequest,
  {publicRange}: Pick<Region, 'publicRange'>,
): PrimaryInterfaces {
  if (network.kind === 'given') return givenInterface(state, network, maxCount)
  const subnet = lookUp(state.subnets, 'subnet', network.subnetId)
  const groupIds = groupsOfVpc(state, subnet.vpcId, network.groupIds)
  const addresses =
    network.privateIpAddress === undefined
      ? freeAddresses(state, subnet, {minCount, maxCount})
      : [requestedAddress(state, subnet, network.privateIpAddress, maxCount)]
  const {description, deleteOnTermination} = network
  const associatePublicIp = network.associatePublicIp ?? subnet.mapPublicIpOnLaunch
  return {
    subnet,
    interfaces: addresses.map(
      privateIpAddress => instanceId =>
        newInterface(state, {
          subnet,
          privateIpAddress,
          groupIds,
          description,
          instanceId,
          associatePublicIp,
          publicRange,
          deleteOnTermination,
          tags: tagsFor(tags, 'networkInterface'),
        }),
    ),
  }
}

function givenInterface(
  state: RegionState,
  {networkInterfaceId, deleteOnTermination}: GivenInterfaceRequest,
  maxCount: number,
): PrimaryInterfaces {
  if (maxCount > 1)
    throw new ApiError('InvalidParameterCombination', 'A network interface may only be given to a single instance.')
  const nic = lookUp(state.networkInterfaces, 'networkInterface', networkInterfaceId)
  if (nic.attachment !== undefined || nic.managed !== undefined)
    throw new ApiError('InvalidNetworkInterface.InUse', `Interface: [${networkInterfaceId}] in use.`)
  const take = (instanceId: string): NetworkInterface => {
    attach(nic, {instanceId, deleteOnTermination})
    return nic
  }
  return {subnet: lookUp(state.subnets, 'subnet', nic.subnetId), interfaces: [take]}
}
