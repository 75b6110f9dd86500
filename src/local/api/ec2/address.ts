import type {Address, RegionState} from '../../model.js'
import {action} from '../action.js'
import {ApiError, invalidValue} from '../api-error.js'
import {filtersOf, matcher} from '../filters.js'
import type {Parameters} from '../parameters.js'
import {freePublicAddress} from '../public-addresses.js'
import {lookUp, newId} from '../resource-kinds.js'
import {tagsFor, tagSet, tagSpecifications} from '../tag-specifications.js'
import type {XmlElement} from '../xml.js'

/** EC2's default quota of a region. */
const ADDRESS_LIMIT = 5

/** Elastic addresses: they come from the region's public range, and stay the account's until they are released. */
export const addressActions = [
  action(
    'AllocateAddress',
    parameters => {
      parameters.only('Domain', 'vpc')
      parameters.only('PublicIpv4Pool', 'amazon')
      // There is one border group, the region.
      parameters.ignore('NetworkBorderGroup')
      return tagSpecifications(parameters, 'address')
    },
    async (tags, region) => {
      const address = await region.store.change(state => {
        if (Object.keys(state.addresses).length >= ADDRESS_LIMIT)
          throw new ApiError('AddressLimitExceeded', 'The maximum number of addresses has been reached.')
        const address: Address = {
          allocationId: newId('eipalloc'),
          publicIp: freePublicAddress(state, region.publicRange),
          tags: tagsFor(tags, 'address'),
        }
        state.addresses[address.allocationId] = address
        return address
      })
      return {allocationId: address.allocationId, publicIp: address.publicIp, ...origin(region.store.state)}
    },
  ),
  action('DescribeAddresses', describeRequest, ({publicIps, ids, filters}, {store: {state}}) => {
    const matches = matcher<Address>(filters, fields(state), address => address.tags)
    return {
      addressesSet: asked(state, publicIps, ids)
        .filter(matches)
        .map(address => describeAddress(address, state)),
    }
  }),
  action(
    'DescribeAddressesAttribute',
    parameters => {
      const attribute = parameters.optional('Attribute') ?? 'domain-name'
      if (attribute !== 'domain-name') throw invalidValue(attribute, 'attribute', 'It must be domain-name.')
      parameters.ignore('MaxResults', 'NextToken')
      return parameters.list('AllocationId')
    },
    (ids, {store: {state}}) => {
      asked(state, [], ids)
      // Those with a reverse name of their own, which addresses of this region cannot have.
      return {addressSet: []}
    },
  ),
  action(
    'ReleaseAddress',
    parameters => {
      parameters.ignore('NetworkBorderGroup')
      if (parameters.optional('PublicIp') !== undefined)
        throw new ApiError(
          'InvalidParameterValue',
          'You must specify an allocation id when releasing a VPC elastic IP address',
        )
      return parameters.required('AllocationId')
    },
    async (allocationId, region) => {
      await region.store.change(state => {
        const address = lookUp(state.addresses, 'address', allocationId)
        if (address.association !== undefined)
          throw new ApiError('InvalidIPAddress.InUse', `Address ${address.publicIp} is in use.`)
        Reflect.deleteProperty(state.addresses, allocationId)
      })
      return {return: true}
    },
  ),
]

function describeRequest(parameters: Parameters) {
  return {
    publicIps: parameters.list('PublicIp'),
    ids: parameters.list('AllocationId'),
    filters: filtersOf(parameters),
  }
}

/** The addresses named, or all of them. Throws InvalidAddress.NotFound and InvalidAllocationID.NotFound. */
function asked(state: RegionState, publicIps: readonly string[], ids: readonly string[]): Address[] {
  const all = Object.values(state.addresses)
  for (const publicIp of publicIps)
    if (!all.some(address => address.publicIp === publicIp))
      throw new ApiError('InvalidAddress.NotFound', `Address '${publicIp}' not found.`)
  for (const id of ids) lookUp(state.addresses, 'address', id)
  return all
    .filter(address => publicIps.length === 0 || publicIps.includes(address.publicIp))
    .filter(address => ids.length === 0 || ids.includes(address.allocationId))
}

function fields(state: RegionState) {
  const nic = ({association}: Address) => association && state.networkInterfaces[association.networkInterfaceId]
  return {
    'allocation-id': (address: Address) => address.allocationId,
    'public-ip': (address: Address) => address.publicIp,
    'association-id': (address: Address) => address.association?.associationId,
    domain: () => 'vpc',
    'network-border-group': () => state.region,
    'network-interface-id': (address: Address) => address.association?.networkInterfaceId,
    'network-interface-owner-id': (address: Address) => nic(address) && state.accountId,
    'private-ip-address': (address: Address) => nic(address)?.privateIpAddress,
    'instance-id': (address: Address) => nic(address)?.attachment?.instanceId,
  }
}

function origin(state: RegionState): XmlElement {
  return {domain: 'vpc', publicIpv4Pool: 'amazon', networkBorderGroup: state.region}
}

function describeAddress(address: Address, state: RegionState): XmlElement {
  const {association} = address
  const nic = association && state.networkInterfaces[association.networkInterfaceId]
  return {
    allocationId: address.allocationId,
    publicIp: address.publicIp,
    ...origin(state),
    ...(association && {
      associationId: association.associationId,
      instanceId: nic?.attachment?.instanceId,
      networkInterfaceId: association.networkInterfaceId,
      networkInterfaceOwnerId: state.accountId,
      privateIpAddress: nic?.privateIpAddress,
    }),
    tagSet: tagSet(address.tags),
  }
}
