import {privateDnsName, publicDnsName} from '../../dns-names.js'
import type {Instance, RegionState} from '../../model.js'
import {action} from '../action.js'
import {isDescribed} from '../instance-transitions.js'
import {absent} from '../filters.js'
import {listItems, listingRequest, pageOf, type Listing} from '../listing.js'
import type {Region} from '../region.js'
import type {XmlElement} from '../xml.js'
import {lookUpInstance} from './instance-lookup.js'
import {addressOf} from './interface-association.js'
import {describeInstance, launchIndex, stateCode} from './instance-view.js'

/** Of lists that are cut otherwise. */
export const UNPAGED = {limit: undefined, after: undefined}

export const instanceActions = [
  action(
    'DescribeInstances',
    parameters => {
      parameters.ignore('IncludeManagedResources')
      return listingRequest(parameters, 'InstanceId')
    },
    (request, region) => {
      const {items} = listItems(
        {...request, page: UNPAGED},
        describedInstances(region),
        instanceListing(region.store.state),
      )
      const reservations = byReservation(items)
      const page = pageOf([...reservations], ([reservationId]) => reservationId, request.page)
      return {
        reservationSet: page.items.map(([, instances]) => describeReservation(instances, region, {launching: false})),
        nextToken: page.nextToken,
      }
    },
  ),
  action(
    'GetConsoleOutput',
    parameters => {
      parameters.ignore('Latest')
      return parameters.required('InstanceId')
    },
    async (instanceId, region) => {
      lookUpInstance(region.store.state, instanceId, region.now())
      const output = await region.fabric.consoleOutput(instanceId)
      return {instanceId, timestamp: region.now().toISOString(), output: Buffer.from(output).toString('base64')}
    },
  ),
]

/** Instances that were launched together, as in `reservationSet` and in RunInstances' answer. */
export function describeReservation(
  instances: readonly Instance[],
  region: Region,
  options: {launching: boolean},
): XmlElement {
  return {
    reservationId: instances[0]?.reservationId,
    ownerId: region.store.state.accountId,
    groupSet: [],
    instancesSet: instances.map(instance => describeInstance(instance, region, options)),
  }
}

function byReservation(instances: readonly Instance[]): Map<string, Instance[]> {
  const reservations = new Map<string, Instance[]>()
  for (const instance of instances)
    reservations.set(instance.reservationId, [...(reservations.get(instance.reservationId) ?? []), instance])
  return reservations
}

/** The instances that EC2 still describes: an ended one is, for an hour. */
export function describedInstances(region: Region): Instance[] {
  return Object.values(region.store.state.instances).filter(instance => isDescribed(instance, region.now()))
}

export function instanceListing(state: RegionState): Listing<Instance> {
  const nic = (instance: Instance) => state.networkInterfaces[instance.networkInterfaceId]
  const rootVolume = (instance: Instance) => {
    const volume = state.volumes[instance.rootVolumeId]
    return volume?.instanceId === instance.instanceId ? volume : undefined
  }
  const groups = (instance: Instance) => nic(instance)?.groupIds ?? []
  const groupNames = (instance: Instance) => groups(instance).map(id => state.securityGroups[id]?.groupName)
  const inVpc = (instance: Instance) => nic(instance)?.vpcId
  const inSubnet = (instance: Instance) => nic(instance)?.subnetId
  const privateIp = (instance: Instance) => nic(instance)?.privateIpAddress
  const publicIp = (instance: Instance) => nic(instance)?.publicIp
  const address = (instance: Instance) => addressOf(state, instance.networkInterfaceId)
  return {
    kind: 'instance',
    idOf: instance => instance.instanceId,
    tagsOf: instance => instance.tags,
    fields: {
      'instance-id': instance => instance.instanceId,
      'instance-state-name': instance => instance.state,
      'instance-state-code': instance => stateCode(instance.state),
      'instance-type': instance => instance.instanceType,
      'image-id': instance => instance.imageId,
      'key-name': instance => instance.keyName,
      'iam-instance-profile.arn': instance => instance.iamInstanceProfile?.arn,
      'iam-instance-profile.id': instance => instance.iamInstanceProfile?.id,
      'instance-lifecycle': instance => instance.spot && 'spot',
      'spot-instance-request-id': instance => instance.spot?.spotInstanceRequestId,
      'client-token': instance => instance.clientToken,
      'reservation-id': instance => instance.reservationId,
      'availability-zone': instance => instance.availabilityZone,
      architecture: instance => instance.architecture,
      'launch-time': instance => instance.launchTime,
      'owner-id': () => state.accountId,
      'root-device-type': () => 'ebs',
      'vpc-id': inVpc,
      'subnet-id': inSubnet,
      'private-ip-address': privateIp,
      'ip-address': publicIp,
      'private-dns-name': instance => {
        const ip = privateIp(instance)
        return ip && privateDnsName(ip, state.region)
      },
      'source-dest-check': instance => nic(instance)?.sourceDestCheck,
      'instance.group-id': groups,
      'instance.group-name': groupNames,
      'group-id': groups,
      'group-name': groupNames,
      'network-interface.network-interface-id': instance => nic(instance)?.networkInterfaceId,
      'network-interface.vpc-id': inVpc,
      'network-interface.subnet-id': inSubnet,
      'network-interface.group-id': groups,
      'network-interface.addresses.private-ip-address': privateIp,
      'network-interface.association.public-ip': publicIp,
      'network-interface.association.allocation-id': instance => address(instance)?.allocationId,
      'network-interface.association.association-id': instance => address(instance)?.association?.associationId,
      'network-interface.availability-zone': instance => nic(instance) && instance.availabilityZone,
      'network-interface.mac-address': instance => nic(instance)?.macAddress,
      'network-interface.owner-id': instance => nic(instance) && state.accountId,
      'network-interface.private-ip-address': privateIp,
      'network-interface.source-dest-check': instance => nic(instance)?.sourceDestCheck,
      'network-interface.status': instance => nic(instance) && 'in-use',
      'network-interface.attachment.attachment-id': instance => nic(instance)?.attachment?.attachmentId,
      'network-interface.attachment.delete-on-termination': instance => nic(instance)?.attachment?.deleteOnTermination,
      'network-interface.attachment.device-index': instance => nic(instance) && 0,
      'block-device-mapping.volume-id': instance => rootVolume(instance)?.volumeId,
      'block-device-mapping.status': instance => rootVolume(instance) && 'attached',
      'block-device-mapping.delete-on-termination': instance => rootVolume(instance)?.deleteOnTermination,
      'metadata-options.http-endpoint': instance => instance.metadataOptions.httpEndpoint,
      'metadata-options.http-put-response-hop-limit': instance => instance.metadataOptions.httpPutResponseHopLimit,
      'launch-index': instance => launchIndex(instance, state),
      hypervisor: () => 'xen',
      'virtualization-type': () => 'hvm',
      tenancy: () => 'default',
      'monitoring-state': () => 'disabled',
      'dns-name': instance => {
        const ip = publicIp(instance)
        const named = state.vpcs[instance.vpcId]?.enableDnsHostnames === true
        return ip !== undefined && named ? publicDnsName(ip, state.region) : ''
      },
      ...absent('kernel-id', 'platform', 'placement-group-name', 'ramdisk-id', 'requester-id', 'outpost-arn'),
      'metadata-options.http-tokens': instance => instance.metadataOptions.httpTokens,
      'state-reason-code': instance => instance.stateReason?.code,
    },
  }
}
