import {publicDnsName} from '../../dns-names.js'
import type {Address, NetworkInterface, RegionState} from '../../model.js'

/** The elastic address that an interface has. */
export function addressOf(state: RegionState, networkInterfaceId: string): Address | undefined {
  return Object.values(state.addresses).find(({association}) => association?.networkInterfaceId === networkInterfaceId)
}

/** Members of EC2's answer. */
type Association = Readonly<Record<'publicIp' | 'publicDnsName' | 'ipOwnerId', string>> &
  Readonly<Partial<Record<'allocationId' | 'associationId', string | undefined>>>

/** `association` of an interface: its public address, and whose that is. Undefined without one. */
export function describeAssociation(
  {networkInterfaceId, vpcId, publicIp}: NetworkInterface,
  state: RegionState,
): Association | undefined {
  if (publicIp === undefined) return undefined
  const address = addressOf(state, networkInterfaceId)
  const named = state.vpcs[vpcId]?.enableDnsHostnames === true
  return {
    publicIp,
    publicDnsName: named ? publicDnsName(publicIp, state.region) : '',
    ipOwnerId: address === undefined ? 'amazon' : state.accountId,
    ...(address && {allocationId: address.allocationId, associationId: address.association?.associationId}),
  }
}
