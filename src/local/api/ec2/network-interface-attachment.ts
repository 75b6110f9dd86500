import type {Action} from '../action.js'
import {action} from '../action.js'
import {ApiError, invalidValue} from '../api-error.js'
import {lookUp} from '../resource-kinds.js'
import {lookUpInstance} from './instance-lookup.js'
import {oneAddress} from './private-addresses.js'

/**
 * Changes of what an instance or an interface can have more of elsewhere. Instances of this region have one interface,
 * which RunInstances attaches, and interfaces have one address: EC2 answers so where the limit of a type is reached.
 */
export const networkInterfaceAttachmentActions: readonly Action[] = [
  action(
    'AttachNetworkInterface',
    parameters => ({
      instanceId: parameters.required('InstanceId'),
      networkInterfaceId: parameters.required('NetworkInterfaceId'),
      deviceIndex: deviceIndex(parameters.integer('DeviceIndex')),
    }),
    ({instanceId, networkInterfaceId, deviceIndex}, region) => {
      const {state} = region.store
      const {instanceType} = lookUpInstance(state, instanceId, region.now())
      lookUp(state.networkInterfaces, 'networkInterface', networkInterfaceId)
      if (deviceIndex === 0)
        throw new ApiError(
          'InvalidParameterValue',
          `Instance '${instanceId}' already has an interface attached at device index '0'.`,
        )
      throw new ApiError(
        'AttachmentLimitExceeded',
        `Interface count 2 exceeds the limit for ${instanceType}, which is 1 in this region`,
      )
    },
  ),
  action(
    'DetachNetworkInterface',
    parameters => {
      parameters.ignore('Force')
      return parameters.required('AttachmentId')
    },
    (attachmentId, {store: {state}}) => {
      const nic = Object.values(state.networkInterfaces).find(
        ({attachment, managed}) => (attachment ?? managed)?.attachmentId === attachmentId,
      )
      if (nic === undefined)
        throw new ApiError('InvalidAttachmentID.NotFound', `The attachment '${attachmentId}' does not exist`)
      throw new ApiError(
        'OperationNotPermitted',
        nic.managed === undefined
          ? 'The network interface at device index 0 cannot be detached.'
          : "You are not allowed to manage 'ela-attach' attachments.",
      )
    },
  ),
  action(
    'AssignPrivateIpAddresses',
    parameters => {
      parameters.ignore('AllowReassignment', 'PrivateIpAddress', 'SecondaryPrivateIpAddressCount')
      return parameters.required('NetworkInterfaceId')
    },
    (networkInterfaceId, {store: {state}}) => {
      lookUp(state.networkInterfaces, 'networkInterface', networkInterfaceId)
      throw oneAddress()
    },
  ),
  action(
    'UnassignPrivateIpAddresses',
    parameters => ({
      networkInterfaceId: parameters.required('NetworkInterfaceId'),
      addresses: parameters.list('PrivateIpAddress'),
    }),
    ({networkInterfaceId, addresses}, {store: {state}}) => {
      const nic = lookUp(state.networkInterfaces, 'networkInterface', networkInterfaceId)
      const [address = ''] = addresses
      throw invalidValue(
        address,
        'privateIpAddress',
        address === nic.privateIpAddress
          ? 'The primary address of a network interface cannot be unassigned.'
          : 'Some of the addresses are not assigned to the network interface.',
      )
    },
  ),
]

function deviceIndex(index: number | undefined): number {
  if (index === undefined) throw new ApiError('MissingParameter', 'The request must contain the parameter DeviceIndex')
  return index
}
