import {formatIpv4} from '../../cluster/cidr.js'
import {ApiError} from './api-error.js'
import type {RegionState} from '../model.js'

/** Addresses as unsigned 32-bit numbers, both ends included. */
export interface AddressRange {
  readonly first: number
  readonly last: number
}

/** The lowest address of the range that no interface has and that is nobody's elastic address. Throws InsufficientAddressCapacity. */
export function freePublicAddress(state: RegionState, range: AddressRange): string {
  const taken = new Set([
    ...Object.values(state.networkInterfaces).map(nic => nic.publicIp),
    ...Object.values(state.addresses).map(address => address.publicIp),
  ])
  for (let address = range.first; address <= range.last; address += 1) {
    const text = formatIpv4(address)
    if (!taken.has(text)) return text
  }
  throw new ApiError('InsufficientAddressCapacity', 'Not enough free public addresses to satisfy your request.', 500)
}
