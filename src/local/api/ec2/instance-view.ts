import {privateDnsName} from '../../dns-names.js'
import type {Instance, InstanceState, NetworkInterface, RegionState} from '../../model.js'
import type {MachineImage} from '../image.js'
import type {Region} from '../region.js'
import {describeProfile} from './iam-instance-profile.js'
import {tagSet} from '../tag-specifications.js'
import type {XmlElement} from '../xml.js'
import {coresOf} from './instance-type.js'
import {INSTANCE_TYPES} from './instance-type-catalogue.js'
import {describeAssociation} from './interface-association.js'
import {describeMetadataOptions} from './metadata-options.js'

const STATE_CODES: Readonly<Record<InstanceState, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
}

/** `{code, name}`, as in `instanceState`, `currentState` and `previousState`. */
export function describeState(state: InstanceState): XmlElement {
  return {code: STATE_CODES[state], name: state}
}

export function stateCode(state: InstanceState): number {
  return STATE_CODES[state]
}

export function rootDeviceName(instance: Instance, images: readonly MachineImage[]): string {
  return images.find(image => image.imageId === instance.imageId)?.rootDeviceName ?? '/dev/xvda'
}

/** `{groupId, groupName}` of each group. */
export function describeGroupIds(groupIds: readonly string[], state: RegionState): XmlElement[] {
  return groupIds.map(groupId => ({groupId, groupName: state.securityGroups[groupId]?.groupName}))
}

/** Position among the instances that were launched together. */
export function launchIndex(instance: Instance, state: RegionState): number {
  return Object.values(state.instances)
    .filter(other => other.reservationId === instance.reservationId)
    .findIndex(other => other.instanceId === instance.instanceId)
}

/**
 * An instance as in `instancesSet`. `launching`: in the answer of RunInstances, in which EC2 does not name the public
 * address yet. A terminated instance has lost its interface and its volume.
 */
export function describeInstance(instance: Instance, region: Region, options: {launching: boolean}): XmlElement {
  const {state} = region.store
  const nic = state.networkInterfaces[instance.networkInterfaceId]
  const dnsName = nic === undefined ? '' : privateDnsName(nic.privateIpAddress, state.region)
  const association = nic === undefined || options.launching ? undefined : describeAssociation(nic, state)
  return {
    instanceId: instance.instanceId,
    imageId: instance.imageId,
    instanceState: describeState(instance.state),
    privateDnsName: dnsName,
    dnsName: association?.publicDnsName ?? '',
    reason: '',
    keyName: instance.keyName,
    amiLaunchIndex: launchIndex(instance, state),
    productCodes: [],
    instanceType: instance.instanceType,
    launchTime: instance.launchTime,
    placement: {availabilityZone: instance.availabilityZone, groupName: '', tenancy: 'default'},
    monitoring: {state: 'disabled'},
    ...(nic === undefined
      ? {}
      : {subnetId: instance.subnetId, vpcId: instance.vpcId, privateIpAddress: nic.privateIpAddress}),
    ipAddress: association?.publicIp,
    sourceDestCheck: nic?.sourceDestCheck,
    groupSet: describeGroupIds(nic?.groupIds ?? [], state),
    stateReason: instance.stateReason && {...instance.stateReason},
    architecture: instance.architecture,
    rootDeviceType: 'ebs',
    rootDeviceName: rootDeviceName(instance, region.images),
    blockDeviceMapping: describeRootVolume(instance, region),
    virtualizationType: 'hvm',
    iamInstanceProfile: describeProfile(instance.iamInstanceProfile),
    instanceLifecycle: instance.spot && 'spot',
    spotInstanceRequestId: instance.spot?.spotInstanceRequestId,
    clientToken: instance.clientToken ?? '',
    tagSet: tagSet(instance.tags),
    hypervisor: 'xen',
    networkInterfaceSet: nic === undefined ? [] : [describeAttached(nic, association, instance, state)],
    ebsOptimized: false,
    enaSupport: true,
    metadataOptions: describeMetadataOptions(instance.metadataOptions),
    capacityReservationSpecification: {capacityReservationPreference: 'open'},
    cpuOptions: describeCpu(instance),
    enclaveOptions: {enabled: false},
    hibernationOptions: {configured: false},
    platformDetails: 'Linux/UNIX',
    usageOperation: 'RunInstances',
    usageOperationUpdateTime: instance.launchTime,
    privateDnsNameOptions: {
      hostnameType: 'ip-name',
      enableResourceNameDnsARecord: false,
      enableResourceNameDnsAAAARecord: false,
    },
    maintenanceOptions: {autoRecovery: 'default'},
    currentInstanceBootMode: 'legacy-bios',
  }
}

function describeCpu({instanceType}: Instance): XmlElement | undefined {
  const type = INSTANCE_TYPES.find(({name}) => name === instanceType)
  if (type === undefined) return undefined
  const {defaultCores, defaultThreadsPerCore} = coresOf(type)
  return {coreCount: defaultCores, threadsPerCore: defaultThreadsPerCore}
}

/** The root volume as in `blockDeviceMapping`; empty once it is gone. */
export function describeRootVolume(instance: Instance, region: Region): XmlElement[] {
  const volume = region.store.state.volumes[instance.rootVolumeId]
  if (volume?.instanceId !== instance.instanceId) return []
  const {volumeId, deleteOnTermination} = volume
  const ebs = {volumeId, status: 'attached', attachTime: instance.launchTime, deleteOnTermination}
  return [{deviceName: rootDeviceName(instance, region.images), ebs}]
}

function describeAttached(
  nic: NetworkInterface,
  association: XmlElement | undefined,
  instance: Instance,
  state: RegionState,
): XmlElement {
  const dnsName = privateDnsName(nic.privateIpAddress, state.region)
  return {
    networkInterfaceId: nic.networkInterfaceId,
    subnetId: nic.subnetId,
    vpcId: nic.vpcId,
    description: nic.description ?? '',
    ownerId: state.accountId,
    status: 'in-use',
    macAddress: nic.macAddress,
    privateIpAddress: nic.privateIpAddress,
    privateDnsName: dnsName,
    sourceDestCheck: nic.sourceDestCheck,
    groupSet: describeGroupIds(nic.groupIds, state),
    attachment: nic.attachment && {
      attachmentId: nic.attachment.attachmentId,
      deviceIndex: 0,
      status: 'attached',
      attachTime: instance.launchTime,
      deleteOnTermination: nic.attachment.deleteOnTermination,
      networkCardIndex: 0,
    },
    association,
    privateIpAddressesSet: [
      {privateIpAddress: nic.privateIpAddress, privateDnsName: dnsName, primary: true, association},
    ],
    ipv6AddressesSet: [],
    interfaceType: 'interface',
  }
}
