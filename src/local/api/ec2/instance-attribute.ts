import type {Instance, NetworkInterface, RegionState} from '../../model.js'
import {action} from '../action.js'
import {ApiError, invalidValue, missingParameter} from '../api-error.js'
import type {Parameters} from '../parameters.js'
import type {Region} from '../region.js'
import type {XmlElement} from '../xml.js'
import {describeGroupIds, describeRootVolume, rootDeviceName} from './instance-view.js'
import {lookUpInstance} from './instance-lookup.js'
import {groupsOfVpc} from './interface-groups.js'
import {shutdownBehavior, userDataOf} from './launch-request.js'
import {checkType} from './run-instances.js'

type Change = (state: RegionState, instance: Instance, region: Region) => void

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
      change(state, instance, region)
      return instance.vpcId
    })
    await region.network.sync(vpcId)
    return {return: true}
  }),
]

function modifyRequest(parameters: Parameters): {instanceId: string; change: Change} {
  const instanceId = parameters.required('InstanceId')
  const changes = [
    changeSourceDestCheck(valueOf(parameters, 'SourceDestCheck')?.flag('Value')),
    changeGroups(parameters.list('GroupId')),
    changeShutdownBehavior(valueOf(parameters, 'InstanceInitiatedShutdownBehavior')?.optional('Value')),
    changeUserData(valueOf(parameters, 'UserData')?.optional('Value')),
    changeType(valueOf(parameters, 'InstanceType')?.optional('Value')),
    changeProtection('disableApiTermination', valueOf(parameters, 'DisableApiTermination')?.flag('Value')),
    changeProtection('disableApiStop', valueOf(parameters, 'DisableApiStop')?.flag('Value')),
    changeRootVolume(parameters.groups('BlockDeviceMapping')),
  ].filter(change => change !== undefined)
  valueOf(parameters, 'EbsOptimized')?.only('Value', 'false')
  const [change, ...more] = changes
  if (change === undefined) throw new ApiError('MissingParameter', 'The request must contain one attribute to modify')
  if (more.length > 0)
    throw new ApiError('InvalidParameterCombination', 'Fields for multiple attribute types specified')
  return {instanceId, change}
}

/** Where the Value of an attribute stands: in its own structure, or beside its name (`Attribute=userData&Value=...`). */
function valueOf(parameters: Parameters, attribute: string): Parameters | undefined {
  const named = parameters.optional('Attribute')
  return named?.toLowerCase() === attribute.toLowerCase() ? parameters : parameters.group(attribute)
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
    checkStopped(instance, 'user data')
    if (userData === undefined) delete instance.userData
    else instance.userData = userData
  }
}

function changeType(type: string | undefined): Change | undefined {
  if (type === undefined) return undefined
  return (_, instance) => {
    checkStopped(instance, 'instance type')
    checkType(type, instance)
    instance.instanceType = type
  }
}

function changeProtection(
  attribute: 'disableApiTermination' | 'disableApiStop',
  value: boolean | undefined,
): Change | undefined {
  if (value === undefined) return undefined
  return (_, instance) => {
    instance[attribute] = value
  }
}

function changeRootVolume(mappings: readonly Parameters[]): Change | undefined {
  const [mapping, ...more] = mappings
  if (mapping === undefined) return undefined
  const deviceName = mapping.required('DeviceName')
  const deleteOnTermination = mapping.group('Ebs')?.flag('DeleteOnTermination')
  if (deleteOnTermination === undefined) throw missingParameter('BlockDeviceMapping.1.Ebs.DeleteOnTermination')
  return (state, instance, region) => {
    const volume = state.volumes[instance.rootVolumeId]
    if (
      more.length > 0 ||
      volume?.instanceId !== instance.instanceId ||
      deviceName !== rootDeviceName(instance, region.images)
    )
      throw new ApiError('InvalidInstanceAttributeValue', `No device is currently mapped at ${deviceName}`)
    volume.deleteOnTermination = deleteOnTermination
  }
}

function checkStopped(instance: Instance, what: string): void {
  if (instance.state !== 'stopped')
    throw new ApiError(
      'IncorrectInstanceState',
      `The instance '${instance.instanceId}' must be stopped for its ${what} to be modified: it is ${instance.state}.`,
    )
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
      return {disableApiTermination: {value: instance.disableApiTermination ?? false}}
    case 'disableApiStop':
      return {disableApiStop: {value: instance.disableApiStop ?? false}}
    case 'ebsOptimized':
      return {ebsOptimized: {value: false}}
    case 'enaSupport':
      return {enaSupport: {value: true}}
    case 'enclaveOptions':
      return {enclaveOptions: {enabled: false}}
    case 'kernel':
      return {kernel: {}}
    case 'ramdisk':
      return {ramdisk: {}}
    case 'productCodes':
      return {productCodes: []}
    default:
      throw invalidValue(attribute, 'attribute', 'Unknown attribute.')
  }
}
