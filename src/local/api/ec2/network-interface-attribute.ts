import type {NetworkInterface, RegionState} from '../../model.js'
import {action} from '../action.js'
import {ApiError, invalidValue, missingParameter} from '../api-error.js'
import type {Parameters} from '../parameters.js'
import {lookUp} from '../resource-kinds.js'
import type {XmlElement} from '../xml.js'
import {describeGroupIds} from './instance-view.js'
import {groupsOfVpc} from './interface-groups.js'
import {wantsPublicAddress} from './launched-interface.js'
import {describeAttachment, descriptionOf} from './network-interface-view.js'

type Change = (state: RegionState, nic: NetworkInterface) => void

export const networkInterfaceAttributeActions = [
  action(
    'DescribeNetworkInterfaceAttribute',
    parameters => ({
      networkInterfaceId: parameters.required('NetworkInterfaceId'),
      attribute: parameters.required('Attribute'),
    }),
    ({networkInterfaceId, attribute}, {store: {state}}) => {
      const nic = lookUp(state.networkInterfaces, 'networkInterface', networkInterfaceId)
      return {networkInterfaceId, ...describeAttribute(nic, attribute, state)}
    },
  ),
  action('ModifyNetworkInterfaceAttribute', modifyRequest, async ({id, change}, region) => {
    const vpcId = await region.store.change(state => {
      const nic = lookUp(state.networkInterfaces, 'networkInterface', id)
      if (nic.managed !== undefined) throw notTheirs()
      change(state, nic)
      return nic.vpcId
    })
    await region.network.sync(vpcId)
    return {return: true}
  }),
]

function modifyRequest(parameters: Parameters): {id: string; change: Change} {
  const id = parameters.required('NetworkInterfaceId')
  const changes = [
    changeSourceDestCheck(parameters.group('SourceDestCheck')?.flag('Value')),
    changeGroups(parameters.list('SecurityGroupId')),
    changeDescription(parameters.group('Description')?.optional('Value')),
    changeAttachment(parameters.group('Attachment')),
  ].filter(change => change !== undefined)
  const [change, ...more] = changes
  if (change === undefined) throw new ApiError('MissingParameter', 'The request must contain one attribute to modify')
  if (more.length > 0)
    throw new ApiError('InvalidParameterCombination', 'Fields for multiple attribute types specified')
  return {id, change}
}

function changeSourceDestCheck(value: boolean | undefined): Change | undefined {
  if (value === undefined) return undefined
  return (_, nic) => {
    nic.sourceDestCheck = value
  }
}

function changeGroups(groupIds: readonly string[]): Change | undefined {
  if (groupIds.length === 0) return undefined
  return (state, nic) => {
    nic.groupIds = groupsOfVpc(state, nic.vpcId, groupIds)
  }
}

function changeAttachment(parameters: Parameters | undefined): Change | undefined {
  if (parameters === undefined) return undefined
  const attachmentId = parameters.required('AttachmentId')
  const deleteOnTermination = parameters.flag('DeleteOnTermination')
  if (deleteOnTermination === undefined) throw missingParameter('Attachment.DeleteOnTermination')
  return (_, nic) => {
    if (nic.attachment?.attachmentId !== attachmentId)
      throw new ApiError('InvalidAttachmentID.NotFound', `The attachment '${attachmentId}' does not exist`)
    nic.attachment.deleteOnTermination = deleteOnTermination
  }
}

function changeDescription(description: string | undefined): Change | undefined {
  if (description === undefined) return undefined
  return (_, nic) => {
    nic.description = description
  }
}

function describeAttribute(nic: NetworkInterface, attribute: string, state: RegionState): XmlElement {
  switch (attribute) {
    case 'description':
      return {description: {value: descriptionOf(nic)}}
    case 'groupSet':
      return {groupSet: describeGroupIds(nic.groupIds, state)}
    case 'sourceDestCheck':
      return {sourceDestCheck: {value: nic.sourceDestCheck}}
    case 'attachment':
      return {attachment: describeAttachment(nic, state)}
    case 'associatePublicIpAddress':
      return {associatePublicIpAddress: wantsPublicAddress(nic)}
    default:
      throw invalidValue(attribute, 'attribute', 'Unknown attribute.')
  }
}

function notTheirs(): ApiError {
  return new ApiError(
    'OperationNotPermitted',
    "You do not have permission to access the specified resource: it is managed by 'amazon-elb'.",
  )
}
