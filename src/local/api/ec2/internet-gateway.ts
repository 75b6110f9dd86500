import type {InternetGateway} from '../../model.js'
import {action} from '../action.js'
import {ApiError} from '../api-error.js'
import {listItems, listingRequest, type Listing} from '../listing.js'
import type {Parameters} from '../parameters.js'
import {dependencyViolation, lookUp, newId} from '../resource-kinds.js'
import {tagsFor, tagSet, tagSpecifications} from '../tag-specifications.js'
import type {XmlElement} from '../xml.js'

const listing = (accountId: string): Listing<InternetGateway> => ({
  kind: 'internetGateway',
  idOf: gateway => gateway.internetGatewayId,
  tagsOf: gateway => gateway.tags,
  fields: {
    'internet-gateway-id': gateway => gateway.internetGatewayId,
    'attachment.vpc-id': gateway => gateway.vpcId,
    'attachment.state': gateway => (gateway.vpcId === undefined ? undefined : 'available'),
    'owner-id': () => accountId,
  },
})

export const internetGatewayActions = [
  action(
    'CreateInternetGateway',
    parameters => tagSpecifications(parameters, 'internetGateway'),
    async (tags, region) => {
      const gateway = await region.store.change(state => {
        const gateway = {internetGatewayId: newId('igw'), tags: tagsFor(tags, 'internetGateway')}
        state.internetGateways[gateway.internetGatewayId] = gateway
        return gateway
      })
      return {internetGateway: describeGateway(gateway, region.store.state.accountId)}
    },
  ),
  action(
    'DescribeInternetGateways',
    parameters => listingRequest(parameters, 'InternetGatewayId'),
    (request, {store: {state}}) => {
      const page = listItems(request, Object.values(state.internetGateways), listing(state.accountId))
      return {
        internetGatewaySet: page.items.map(gateway => describeGateway(gateway, state.accountId)),
        nextToken: page.nextToken,
      }
    },
  ),
  action('AttachInternetGateway', gatewayAndVpc, async ({gatewayId, vpcId}, region) => {
    await region.store.change(state => {
      const gateway = lookUp(state.internetGateways, 'internetGateway', gatewayId)
      lookUp(state.vpcs, 'vpc', vpcId)
      if (gateway.vpcId !== undefined)
        throw new ApiError(
          'Resource.AlreadyAssociated',
          `resource ${gatewayId} is already attached to network ${gateway.vpcId}`,
        )
      if (Object.values(state.internetGateways).some(other => other.vpcId === vpcId))
        throw new ApiError('InvalidParameterValue', `Network ${vpcId} already has an internet gateway attached`)
      gateway.vpcId = vpcId
    })
    await region.network.sync(vpcId)
    return {return: true}
  }),
  action('DetachInternetGateway', gatewayAndVpc, async ({gatewayId, vpcId}, region) => {
    await region.store.change(state => {
      const gateway = lookUp(state.internetGateways, 'internetGateway', gatewayId)
      lookUp(state.vpcs, 'vpc', vpcId)
      if (gateway.vpcId !== vpcId)
        throw new ApiError('Gateway.NotAttached', `resource ${gatewayId} is not attached to network ${vpcId}`)
      if (Object.values(state.networkInterfaces).some(nic => nic.vpcId === vpcId && nic.publicIp !== undefined))
        throw mappedAddresses(vpcId)
      delete gateway.vpcId
    })
    await region.network.sync(vpcId)
    return {return: true}
  }),
  action(
    'DeleteInternetGateway',
    parameters => parameters.required('InternetGatewayId'),
    async (gatewayId, region) => {
      await region.store.change(state => {
        const gateway = lookUp(state.internetGateways, 'internetGateway', gatewayId)
        if (gateway.vpcId !== undefined) throw dependencyViolation('internetGateway', gatewayId)
        Reflect.deleteProperty(state.internetGateways, gatewayId)
      })
      return {return: true}
    },
  ),
]

export function mappedAddresses(vpcId: string): ApiError {
  return new ApiError(
    'DependencyViolation',
    `Network ${vpcId} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
  )
}

function gatewayAndVpc(parameters: Parameters) {
  return {gatewayId: parameters.required('InternetGatewayId'), vpcId: parameters.required('VpcId')}
}

function describeGateway(gateway: InternetGateway, accountId: string): XmlElement {
  return {
    internetGatewayId: gateway.internetGatewayId,
    ownerId: accountId,
    attachmentSet: gateway.vpcId === undefined ? [] : [{vpcId: gateway.vpcId, state: 'available'}],
    tagSet: tagSet(gateway.tags),
  }
}
