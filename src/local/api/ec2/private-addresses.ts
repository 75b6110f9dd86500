import {formatIpv4, parseIpv4} from '../../../cluster/cidr.js'
import type {RegionState, Subnet} from '../../model.js'
import {ApiError} from '../api-error.js'
import type {Parameters} from '../parameters.js'
import {usableAddresses} from './subnet-view.js'

/** The lowest free addresses of a subnet, at least `minCount`. Throws InsufficientFreeAddressesInSubnet. */
export function freeAddresses(
  state: RegionState,
  subnet: Subnet,
  {minCount, maxCount}: {minCount: number; maxCount: number},
): string[] {
  const taken = takenAddresses(state, subnet)
  const {first, last} = usableAddresses(subnet)
  const free: string[] = []
  for (let address = first; address <= last && free.length < maxCount; address += 1) {
    const text = formatIpv4(address)
    if (!taken.has(text)) free.push(text)
  }
  if (free.length < minCount)
    throw new ApiError(
      'InsufficientFreeAddressesInSubnet',
      `There are not enough free addresses in subnet '${subnet.subnetId}' to satisfy the requested number of instances.`,
    )
  return free
}

/**
 * Reads the one private address of an interface, from PrivateIpAddress or PrivateIpAddresses. Throws
 * PrivateIpAddressLimitExceeded for more: all types of this region have one address an interface.
 */
export function primaryAddressOf(parameters: Parameters): string | undefined {
  const single = parameters.optional('PrivateIpAddress')
  const listed = parameters.groups('PrivateIpAddresses').map(entry => {
    entry.only('Primary', 'true')
    return entry.required('PrivateIpAddress')
  })
  if ((parameters.integer('SecondaryPrivateIpAddressCount') ?? 0) > 0 || listed.length > 1) throw oneAddress()
  if (single !== undefined && listed.some(address => address !== single))
    throw new ApiError('InvalidParameterCombination', 'Only one primary private IP address can be specified.')
  return single ?? listed[0]
}

/** What EC2 answers where an interface has as many private addresses as its instance type allows. */
export function oneAddress(): ApiError {
  return new ApiError('PrivateIpAddressLimitExceeded', 'Number of private addresses will exceed limit.')
}

/** The address asked for, if an instance can have it. Throws InvalidIPAddress.InUse, InvalidParameterValue. */
export function requestedAddress(state: RegionState, subnet: Subnet, address: string, count: number): string {
  const value = parseIpv4(address)
  const {first, last} = usableAddresses(subnet)
  if (count > 1)
    throw new ApiError('InvalidParameterCombination', 'A private IP address may only be given to a single instance.')
  if (value === undefined) throw new ApiError('InvalidParameterValue', `Invalid IPv4 address: ${address}`)
  if (value === last + 1 || (value >= first - 4 && value < first))
    throw new ApiError('InvalidParameterValue', `Address ${address} is in subnet's reserved address range`)
  if (value < first || value > last)
    throw new ApiError('InvalidParameterValue', `Address ${address} does not fall within the subnet's address range`)
  if (takenAddresses(state, subnet).has(address))
    throw new ApiError('InvalidIPAddress.InUse', `Address ${address} is in use.`)
  return address
}

function takenAddresses(state: RegionState, subnet: Subnet): Set<string> {
  const inSubnet = Object.values(state.networkInterfaces).filter(nic => nic.subnetId === subnet.subnetId)
  return new Set(inSubnet.map(nic => nic.privateIpAddress))
}
