import type {NetworkInterface, RegionState} from '../../model.js'
import {action} from '../action.js'
import {ApiError, missingParameter} from '../api-error.js'
import type {Parameters} from '../parameters.js'
import {lookUp, newId} from '../resource-kinds.js'
import {lookUpInstance} from './instance-lookup.js'
import {addressOf} from './interface-association.js'

interface AssociationRequest {
  readonly allocationId: string
  readonly instanceId: string | undefined
  readonly networkInterfaceId: string | undefined
  readonly privateIpAddress: string | undefined
  readonly mayMove: boolean
}

/** What an elastic address is the public address of: the VPC's gateway translates it to that interface. */
export const addressAssociationActions = [
  action('AssociateAddress', associationRequest, async (request, region) => {
    const {associationId, vpcIds} = await region.store.change(state => associate(state, request, region.now()))
    await Promise.all(vpcIds.map(vpcId => region.network.sync(vpcId)))
    return {return: true, associationId}
  }),
  action(
    'DisassociateAddress',
    parameters => {
      if (parameters.optional('PublicIp') !== undefined)
        throw new ApiError(
          'InvalidParameterValue',
          'You must specify an association id when unmapping an address from a VPC instance',
        )
      return parameters.required('AssociationId')
    },
    async (associationId, region) => {
      const vpcId = await region.store.change(state => {
        const address = Object.values(state.addresses).find(item => item.association?.associationId === associationId)
        if (address === undefined)
          throw new ApiError('InvalidAssociationID.NotFound', `The association ID '${associationId}' does not exist`)
        const nic = state.networkInterfaces[address.association?.networkInterfaceId ?? '']
        if (nic?.managed !== undefined) throw notYours()
        return disassociate(state, address.allocationId)
      })
      if (vpcId !== undefined) await region.network.sync(vpcId)
      return {return: true}
    },
  ),
]

/** Takes an address from its interface; the instance has no public one until it starts again. The VPC's id. */
export function disassociate(state: RegionState, allocationId: string): string | undefined {
  const address = state.addresses[allocationId]
  const nic = state.networkInterfaces[address?.association?.networkInterfaceId ?? '']
  if (nic !== undefined) delete nic.publicIp
  if (address !== undefined) delete address.association
  return nic?.vpcId
}

function associationRequest(parameters: Parameters): AssociationRequest {
  if (parameters.optional('PublicIp') !== undefined)
    throw new ApiError(
      'InvalidParameterCombination',
      'You must specify an allocation id when mapping an address to a VPC instance',
    )
  const instanceId = parameters.optional('InstanceId')
  const networkInterfaceId = parameters.optional('NetworkInterfaceId')
  if (instanceId === undefined && networkInterfaceId === undefined) throw missingParameter('InstanceId')
  if (instanceId !== undefined && networkInterfaceId !== undefined)
    throw new ApiError('InvalidParameterCombination', 'An address goes to an instance or to a network interface')
  return {
    allocationId: parameters.required('AllocationId'),
    instanceId,
    networkInterfaceId,
    privateIpAddress: parameters.optional('PrivateIpAddress'),
    mayMove: parameters.flag('AllowReassociation') ?? true,
  }
}

function associate(
  state: RegionState,
  request: AssociationRequest,
  now: Date,
): {associationId: string; vpcIds: readonly string[]} {
  const address = lookUp(state.addresses, 'address', request.allocationId)
  const nic = interfaceOf(state, request, now)
  const {networkInterfaceId, vpcId} = nic
  if (request.privateIpAddress !== undefined && request.privateIpAddress !== nic.privateIpAddress)
    throw new ApiError(
      'InvalidParameterValue',
      `The private IP address ${request.privateIpAddress} is not one of the network interface ${networkInterfaceId}`,
    )
  if (!Object.values(state.internetGateways).some(gateway => gateway.vpcId === vpcId))
    throw new ApiError('Gateway.NotAttached', `Network ${vpcId} is not attached to any internet gateway`)
  const {association} = address
  if (association?.networkInterfaceId === networkInterfaceId)
    return {associationId: association.associationId, vpcIds: []}
  if (association !== undefined && !request.mayMove)
    throw new ApiError(
      'Resource.AlreadyAssociated',
      `resource ${request.allocationId} is already associated with associate-id ${association.associationId}`,
    )
  // The address leaves where it was, and the interface gives up the one it had.
  const left = disassociate(state, request.allocationId)
  const former = addressOf(state, networkInterfaceId)
  if (former !== undefined) disassociate(state, former.allocationId)
  const associationId = newId('eipassoc')
  address.association = {associationId, networkInterfaceId}
  nic.publicIp = address.publicIp
  return {associationId, vpcIds: [...new Set([vpcId, ...(left === undefined ? [] : [left])])]}
}

function interfaceOf(
  state: RegionState,
  {instanceId, networkInterfaceId}: AssociationRequest,
  now: Date,
): NetworkInterface {
  if (instanceId === undefined) {
    const nic = lookUp(state.networkInterfaces, 'networkInterface', networkInterfaceId ?? '')
    if (nic.managed !== undefined) throw notYours()
    return nic
  }
  const instance = lookUpInstance(state, instanceId, now)
  const nic = state.networkInterfaces[instance.networkInterfaceId]
  if (nic !== undefined && (instance.state === 'running' || instance.state === 'stopped')) return nic
  throw new ApiError(
    'InvalidInstanceID',
    `The ${instance.state} instance '${instanceId}' is not in a valid state for this operation.`,
  )
}

function notYours(): ApiError {
  return new ApiError(
    'OperationNotPermitted',
    'You are not allowed to manage the addresses of an interface that a load balancer has made.',
  )
}
