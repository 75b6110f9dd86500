import type {Instance, NetworkInterface, RegionState} from '../../model.js'
import {action} from '../action.js'
import {ApiError, invalidValue} from '../api-error.js'
import type {Parameters} from '../parameters.js'
import type {Region} from '../region.js'
import type {XmlElement} from '../xml.js'
import {describeGroupIds, describeRootVolume, rootDeviceName} from './instance-view.js'
import {lookUpInstance} from './instance-lookup.js'
import {groupsOfVpc} from './interface-groups.js'
import {shutdownBehavior, userDataOf} from './launch-request.js'

type Change = (state: RegionState, instance: Instance) => void

export const instanceAttributeActions = [
  action(
    'DescribeInstanceAttribute',
    parameters => ({instanceId: parameters.required('InstanceId'), attribute: parameters.required('Attribute')}),
    ({instanceId, attribute}, region) => {
      const instance = lookUpInstance(region.store.state, instanceId, region.now())
      return {instanceId, ...describeAttribute(instance, attribute, region)}
    },
  ),
  action('ModifyInstanceAttribute', modifyRequest, async ({instanceId, change}, region) => {
    const vpcId = await region.store.change(state => {
      const instance = lookUpInstance(state, instanceId, region.now())
      change(state, instance)
      return instance.vpcId
    })
    await region.network.sync(vpcId)
    return {return: true}
  }),
]

function modifyRequest(parameters: Parameters): {instanceId: string; change: Change} {
  const instanceId = parameters.required('InstanceId')
  const changes = [
    changeSourceDestCheck(parameters.group('SourceDestCheck')?.flag('Value')),
    changeGroups(parameters.list('GroupId')),
    changeShutdownBehavior(parameters.group('InstanceInitiatedShutdownBehavior')?.optional('Value')),
    changeUserData(parameters.group('UserData')?.optional('Value')),
  ].filter(change => change !== undefined)
  const [change, ...more] = changes
  if (change === undefined) throw new ApiError('MissingParameter', 'The request must contain one attribute to modify')
  if (more.length > 0)
    throw new ApiError('InvalidParameterCombination', 'Fields for multiple attribute types specified')
  return {instanceId, change}
}

function changeSourceDestCheck(value: boolean | undefined): Change | undefined {
  if (value === undefined) return undefined
  return (state, instance) => {
    primaryInterface(state, instance).sourceDestCheck = value
  }
}

function changeGroups(groupIds: readonly string[]): Change | undefined {
  if (groupIds.length === 0) return undefined
  return (state, instance) => {
    primaryInterface(state, instance).groupIds = groupsOfVpc(state, instance.vpcId, groupIds)
  }
}

function changeShutdownBehavior(text: string | undefined): Change | undefined {
  if (text === undefined) return undefined
  const behaviour = shutdownBehavior(text)
  return (_, instance) => {
    instance.instanceInitiatedShutdownBehavior = behaviour
  }
}

function changeUserData(text: string | undefined): Change | undefined {
  if (text === undefined) return undefined
  const userData = userDataOf(text)
  return (_, instance) => {
    if (instance.state !== 'stopped')
      throw new ApiError(
        'IncorrectInstanceState',
        `The instance '${instance.instanceId}' must be stopped for its user data to be modified: it is ${instance.state}.`,
      )
    if (userData === undefined) delete instance.userData
    else instance.userData = userData
  }
}

function primaryInterface(state: RegionState, instance: Instance): NetworkInterface {
  const nic = state.networkInterfaces[instance.networkInterfaceId]
  if (nic !== undefined) return nic
  throw new ApiError(
    'IncorrectInstanceState',
    `The instance '${instance.instanceId}' has no network interface any more: it is ${instance.state}.`,
  )
}

function describeAttribute(instance: Instance, attribute: string, region: Region): XmlElement {
  const {state} = region.store
  const nic = state.networkInterfaces[instance.networkInterfaceId]
  switch (attribute) {
    case 'instanceType':
      return {instanceType: {value: instance.instanceType}}
    case 'userData':
      return {userData: instance.userData === undefined ? {} : {value: instance.userData}}
    case 'instanceInitiatedShutdownBehavior':
      return {instanceInitiatedShutdownBehavior: {value: instance.instanceInitiatedShutdownBehavior}}
    case 'sourceDestCheck':
      return {sourceDestCheck: {value: nic?.sourceDestCheck}}
    case 'groupSet':
      return {groupSet: describeGroupIds(nic?.groupIds ?? [], state)}
    case 'rootDeviceName':
      return {rootDeviceName: {value: rootDeviceName(instance, region.images)}}
    case 'blockDeviceMapping':
      return {blockDeviceMapping: describeRootVolume(instance, region)}
    case 'disableApiTermination':
      return {disableApiTermination: {value: false}}
    case 'ebsOptimized':
      return {ebsOptimized: {value: false}}
    default:
      throw invalidValue(attribute, 'attribute', 'Unknown attribute.')
  }
}
