import type {NetworkInterface, RegionState} from '../../model.js'
import {action} from '../action.js'
import {ApiError} from '../api-error.js'
import {idsOfToken, rememberToken, tokenRequest, type TokenRequest} from '../client-tokens.js'
import {listItems, listingRequest} from '../listing.js'
import type {Parameters} from '../parameters.js'
import {lookUp} from '../resource-kinds.js'
import {tagsFor, tagSpecifications, type TagsByType} from '../tag-specifications.js'
import {disassociate} from './address-association.js'
import {addressOf} from './interface-association.js'
import {groupsOfVpc} from './interface-groups.js'
import {newNetworkInterface} from './launched-interface.js'
import {describeInterface, networkInterfaceListing} from './network-interface-view.js'
import {freeAddresses, primaryAddressOf, requestedAddress} from './private-addresses.js'

interface CreateRequest {
  readonly subnetId: string
  readonly groupIds: readonly string[]
  readonly privateIpAddress: string | undefined
  readonly description: string | undefined
  readonly tags: TagsByType
  readonly token: TokenRequest | undefined
}

export const networkInterfaceActions = [
  action('CreateNetworkInterface', createRequest, async (request, region) => {
    const nic = await region.store.change(state => create(state, request))
    await region.network.sync(nic.vpcId)
    return {
      networkInterface: describeInterface(nic, region.store.state),
      clientToken: request.token?.token,
    }
  }),
  action(
    'DescribeNetworkInterfaces',
    parameters => {
      parameters.ignore('IncludeManagedResources')
      return listingRequest(parameters, 'NetworkInterfaceId')
    },
    (request, {store: {state}}) => {
      const page = listItems(request, Object.values(state.networkInterfaces), networkInterfaceListing(state))
      return {networkInterfaceSet: page.items.map(nic => describeInterface(nic, state)), nextToken: page.nextToken}
    },
  ),
  action(
    'DeleteNetworkInterface',
    parameters => parameters.required('NetworkInterfaceId'),
    async (id, region) => {
      const vpcId = await region.store.change(state => {
        const nic = lookUp(state.networkInterfaces, 'networkInterface', id)
        if (nic.attachment !== undefined || nic.managed !== undefined)
          throw new ApiError('InvalidParameterValue', `Network interface '${id}' is currently in use.`)
        const address = addressOf(state, id)
        if (address !== undefined) disassociate(state, address.allocationId)
        Reflect.deleteProperty(state.networkInterfaces, id)
        return nic.vpcId
      })
      await region.network.sync(vpcId)
      return {return: true}
    },
  ),
]

function createRequest(parameters: Parameters): CreateRequest {
  parameters.only('InterfaceType', 'interface')
  return {
    subnetId: parameters.required('SubnetId'),
    groupIds: parameters.list('SecurityGroupId'),
    privateIpAddress: primaryAddressOf(parameters),
    description: parameters.optional('Description'),
    tags: tagSpecifications(parameters, 'networkInterface'),
    token: tokenRequest(parameters, 'CreateNetworkInterface'),
  }
}

function create(state: RegionState, request: CreateRequest): NetworkInterface {
  const {token, privateIpAddress, description} = request
  const [earlier] = idsOfToken(state, token) ?? []
  if (earlier !== undefined) return lookUp(state.networkInterfaces, 'networkInterface', earlier)
  const subnet = lookUp(state.subnets, 'subnet', request.subnetId)
  const groupIds = groupsOfVpc(state, subnet.vpcId, request.groupIds)
  const [address = ''] =
    privateIpAddress === undefined
      ? freeAddresses(state, subnet, {minCount: 1, maxCount: 1})
      : [requestedAddress(state, subnet, privateIpAddress, 1)]
  const nic = newNetworkInterface(state, {
    subnet,
    groupIds,
    privateIpAddress: address,
    description,
    tags: tagsFor(request.tags, 'networkInterface'),
  })
  rememberToken(state, token, [nic.networkInterfaceId])
  return nic
}
